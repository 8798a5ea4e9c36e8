from selection.models.decision import SIGN, Decision
from selection.models.delegation import SignatureDelegation
from selection.models.outcome import Outcome, PreparedOutcome
from selection.models.panel import PanelSession

__all__ = ["SIGN", "Decision", "Outcome", "PanelSession", "PreparedOutcome", "SignatureDelegation"]
