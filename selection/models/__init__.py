from selection.models.addendum import MinutesAddendum
from selection.models.appeal import ANSWER_APPEAL, FOLLOW_APPEALS, Appeal
from selection.models.appeal_after import AppealFollowUp, AppealPiece
from selection.models.decision import SIGN, Decision
from selection.models.delegation import SignatureDelegation
from selection.models.derogation import Derogation
from selection.models.embargo import EmbargoAccess, EmbargoedList
from selection.models.letter_print import LetterPrint, LetterPrintPart
from selection.models.meeting import (
    OPINIONS,
    AgendaItem,
    Attendance,
    ItemRecusal,
    MeetingMember,
    MeetingNote,
    ModeratedScore,
    Motion,
    PanelMeeting,
    Vote,
)
from selection.models.outcome import Outcome, PreparedOutcome
from selection.models.panel import PanelSession
from selection.models.scenario import Scenario, ScenarioLine

__all__ = [
    "ANSWER_APPEAL",
    "FOLLOW_APPEALS",
    "OPINIONS",
    "SIGN",
    "AgendaItem",
    "Appeal",
    "AppealFollowUp",
    "AppealPiece",
    "Attendance",
    "Decision",
    "Derogation",
    "EmbargoAccess",
    "EmbargoedList",
    "ItemRecusal",
    "LetterPrint",
    "LetterPrintPart",
    "MeetingMember",
    "MeetingNote",
    "MinutesAddendum",
    "ModeratedScore",
    "Motion",
    "Outcome",
    "PanelMeeting",
    "PanelSession",
    "PreparedOutcome",
    "Scenario",
    "ScenarioLine",
    "SignatureDelegation",
    "Vote",
]
