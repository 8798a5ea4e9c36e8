import uuid
from contextlib import nullcontext
from functools import cache

from django.db import models, transaction
from django_fsm import ConcurrentTransitionMixin, FSMFieldMixin, TransitionNotAllowed
from django_fsm.signals import post_transition

from accounts.errors import NotAllowed, StalePage
from accounts.french import folded


class FoldedTextField(models.CharField):
    """Other fields of the row without accents or case, for search and French sorting; kept by every way of writing.

    Args:
        sources: names of the fields, in order.
    """

    def __init__(self, *args, sources=(), **kwargs):
        self.sources = tuple(sources)
        kwargs.update(editable=False, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def pre_save(self, instance, add):
        text = folded(" ".join(str(getattr(instance, source)) for source in self.sources))[: self.max_length]
        setattr(instance, self.attname, text)
        return text


class PublicIdModel(models.Model):
    """An object with an address: its URL carries an unguessable identifier, never the key."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class VersionedModel(models.Model):
    """An editable object: the UPDATE names the version that was read, so a stale write changes nothing."""

    version = models.PositiveIntegerField("version", default=1, editable=False)
    # Fields that a stale page shows as they are now, beside what was typed: those that every writer may read.
    shown_when_stale: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        if self._state.adding:
            return super().save(*args, update_fields=update_fields, **kwargs)
        self._version_read = self.version
        self.version += 1
        if update_fields is not None:
            update_fields = {*update_fields, "version"}
        try:
            return super().save(*args, update_fields=update_fields, **kwargs)
        except BaseException:
            self.version = self._version_read
            raise

    def _do_update(self, base_qs, *args, **kwargs):
        updated = super()._do_update(base_qs.filter(version=self._version_read), *args, **kwargs)
        if not updated:
            raise StalePage(subject=self)
        return updated

    def expect_version(self, version):
        """Refuse when the page that asks was made from another version.

        Args:
            version: the number that the form carried, or None when the caller is not a page.

        Raises:
            StalePage: the object has changed since.
        """
        if version is not None and int(version) != self.version:
            raise StalePage(subject=self)


class StatefulModel(ConcurrentTransitionMixin, VersionedModel):
    """An object with a life: every transition writes one row of the journal, in `save()`, after the guarded UPDATE."""

    class Meta:
        abstract = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._transitions_to_record = []

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None and self._transitions_to_record:
            # A save that forgot the state field would lose the transition without a word.
            update_fields = {*update_fields, *(field.attname for field in self.state_fields)}
        # Inside a verb's transaction a savepoint would cost two statements and protect nothing: what fails here
        # makes the verb fail, and rolls it back.
        inside = transaction.get_connection().in_atomic_block
        with nullcontext() if inside else transaction.atomic():
            super().save(*args, update_fields=update_fields, **kwargs)
            self._record_transitions()

    @property
    def state_fields(self):
        """As django-fsm's, found once a class: it looks through every field of every object that is read."""
        return state_fields_of(type(self))

    def move(self, transition_name, *, by, **kwargs):
        """Perform one transition and save it.

        Args:
            transition_name: the name of a method decorated with `@transition`.
            by: the `User` who acts, or None for the system (import, sweep), which needs no permission.
            **kwargs: what the transition's body wants.

        Raises:
            NotAllowed: `by` does not hold the permission of the transition.
            StalePage: the object is not in a state from which this transition starts.
        """
        method = getattr(self, transition_name)
        if by is not None and not self._permits(method, by):
            raise NotAllowed
        try:
            method(by=by, **kwargs)
        except TransitionNotAllowed as error:
            raise StalePage(self.refused_transition_message()) from error
        self.save()

    def _permits(self, method, user):
        """The right alone: django-fsm's `has_transition_perm` also says no when the state has moved, which is not a
        matter of rights and has another sentence."""
        return any(transition.has_perm(self, user) for transition in method._django_fsm.transitions.values())

    def refused_transition_message(self):
        state = self.get_state_display()
        return (
            f"Cette action n’est plus possible : l’état est maintenant « {state} ». "
            "Rien n’a été enregistré. Revenez à la page à jour pour voir ce que vous pouvez faire."
        )

    def _record_transitions(self):
        from accounts.models.journal import JournalEntry  # same app: the journal's model needs User first

        pending, self._transitions_to_record = self._transitions_to_record, []
        for name, source, target, by in pending:
            JournalEntry.write(action=name, subject=self, actor=by, from_state=source, to_state=target)


@cache
def state_fields_of(model):
    return tuple(field for field in model._meta.fields if isinstance(field, FSMFieldMixin))


def remember_transition(sender, instance, name, source, target, method_kwargs=None, **kwargs):
    if isinstance(instance, StatefulModel):
        instance._transitions_to_record.append((name, source, target, (method_kwargs or {}).get("by")))


post_transition.connect(remember_transition, dispatch_uid="accounts.remember_transition")
