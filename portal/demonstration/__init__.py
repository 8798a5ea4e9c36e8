"""The demonstration: invented people and places in real communes, lived through the verbs that real people use."""

from portal.demonstration.loading import load
from portal.demonstration.people import ACCOUNTS, PASSWORD

__all__ = ["ACCOUNTS", "PASSWORD", "load"]
