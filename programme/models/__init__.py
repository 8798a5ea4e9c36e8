from programme.models.call import Call, CallVersion, Criterion, CriterionLevel, SegmentBounds
from programme.models.form import FormSection, Question
from programme.models.invitation import Invitation
from programme.models.programme import Announcement, AnnouncementPart, Origin, Programme, Target
from programme.models.public_question import PublicQuestion
from programme.models.territory import Commune, FormerCommune, Segment, Zoning, ZoningEdition
from programme.models.wave import Wave, WaveAmendment

__all__ = [
    "Announcement",
    "AnnouncementPart",
    "Call",
    "CallVersion",
    "Commune",
    "Criterion",
    "CriterionLevel",
    "FormSection",
    "FormerCommune",
    "Invitation",
    "Origin",
    "Programme",
    "PublicQuestion",
    "Question",
    "Segment",
    "SegmentBounds",
    "Target",
    "Wave",
    "WaveAmendment",
    "Zoning",
    "ZoningEdition",
]
