"""Who asks for the board on paper: whoever reads it, but the auditor, who asks for nothing and reads every print."""

import rules

from accounts.models import STAFF_ROLES, Role
from accounts.permissions import holds
from monitoring.models import PRINT

rules.add_perm(PRINT, holds(*sorted(STAFF_ROLES - {Role.AUDITOR})))
