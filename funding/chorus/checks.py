"""Why the rows of a payment request may not be applied: one sentence each, in the order in which they are told."""

from django.utils import timezone

from accounts.french import NBSP, euros, long_date, plural
from funding.chorus.reading import day_of
from funding.chorus.verdicts import Differs, K, Share
from funding.models import Instalment


def check(verdict, facts, by):
    refuse_unreadable(verdict.rows)
    refuse_negative(verdict.rows)
    refuse_bad_dates(verdict.rows)
    refuse_closed_year(verdict.rows, facts)
    request = facts.requests.get(verdict.number)
    if request is not None and request.live_parts:
        verdict.shares = shares_of(request, facts)
        check_commitments(verdict, facts)
    else:
        verdict.shares = find_shares(verdict, facts)
    refuse_other_payee(verdict)
    refuse_not_ordered(verdict)
    refuse_other_amount(verdict)
    refuse_other_split(verdict)
    refuse_wrong_moment(verdict, facts)
    refuse_same_person(verdict, by)
    refuse_tied(verdict, facts)


def refuse_unreadable(rows):
    for row in rows:
        if row.unreadable:
            raise Differs(K.UNREADABLE, f"Ligne {row.line} : {row.unreadable}. Corrigez-la dans l’extrait.")


def refuse_negative(rows):
    for row in rows:
        if row.cents <= 0:
            raise Differs(
                K.NEGATIVE,
                f"La ligne {row.line} porte {euros(row.cents)} : un paiement est positif. Une somme qui revient à "
                "l’État se note comme un recouvrement, jamais ici.",
            )


def refuse_bad_dates(rows):
    today = timezone.localdate()
    for row in rows:
        if row.paid_on > today:
            raise Differs(K.WRONG_DATE, f"La ligne {row.line} est datée du {long_date(row.paid_on)}, qui est à venir.")
        if day_of(row).year != row.fiscal_year:
            raise Differs(
                K.WRONG_YEAR,
                f"La ligne {row.line} est de l’exercice {row.fiscal_year} et datée du {long_date(row.paid_on)} : un "
                "paiement compte dans l’année de sa date (LOLF, art. 28).",
            )


def refuse_closed_year(rows, facts):
    for row in rows:
        if row.fiscal_year in facts.closed:
            raise Differs(
                K.CLOSED_YEAR,
                f"La ligne {row.line} est de {row.fiscal_year}, un exercice clos : rien n’y est plus écrit. "
                "Expliquez cet écart, ou faites rouvrir l’exercice.",
            )


def shares_of(request, facts):
    return [
        Share(part.instalment, part.cents - facts.allotted[part.pk], part, part.payee) for part in request.live_parts
    ]


def check_commitments(verdict, facts):
    """The EJ of each row is one of those awards'; an award without any learns it."""
    awards = {share.instalment.award_id for share in verdict.shares}
    for row in verdict.rows:
        known = facts.commitments.get(row.commitment)
        if known and not known & awards:
            raise other_award(row, known, awards, facts, verdict.shares)
        if not known:
            learn_commitment(verdict, row, awards, facts)


def other_award(row, known, awards, facts, shares=()):
    owner = names_of(known, facts)
    return Differs(
        K.OTHER_AWARD,
        f"L’EJ {row.commitment} (ligne {row.line}) est celui de {owner}, et la DP {row.request} paie "
        f"{names_of(awards, facts)}. Corrigez le numéro noté ici, ou faites corriger Chorus.",
        shares,
    )


def names_of(awards, facts):
    return (
        ", ".join(sorted(facts.awards[key].fabrique.name for key in awards if key in facts.awards)) or "un autre lieu"
    )


def learn_commitment(verdict, row, awards, facts):
    if awards & facts.numbered_awards:
        raise Differs(
            K.UNKNOWN_COMMITMENT,
            f"L’EJ {row.commitment} (ligne {row.line}) n’est pas de ceux notés pour {names_of(awards, facts)}. "
            "Notez-le sur l’attribution, ou faites corriger Chorus.",
            verdict.shares,
        )
    said = f"l’EJ {row.commitment} sera noté pour {names_of(awards, facts)}"
    if said not in verdict.learned:
        verdict.learned.append(said)


def find_shares(verdict, facts):
    """Instalments that an unknown payment request may pay: of its EJ, else of its payee; the amount must agree."""
    row = verdict.rows[0]
    awards = awards_named(verdict, facts)
    ordered = [share for key in sorted(awards) for share in facts.by_award.get(key, ())]
    shares = [share for share in ordered if is_paid_by(share, verdict.rows)] or ordered
    exact = [share for share in shares if share.cents == verdict.cents]
    if len(exact) != 1 and sum(share.cents for share in shares) == verdict.cents and shares:
        exact = shares
    elif len(exact) != 1:
        raise not_found(row, verdict, awards, shares, facts)
    for one in verdict.rows:
        if one.commitment not in facts.commitments:
            learn_commitment(verdict, one, {share.instalment.award_id for share in exact}, facts)
    verdict.learned.append(f"la DP {row.request} sera rattachée à {plural(len(exact), 'échéance')}")
    return exact


def is_paid_by(share, rows):
    """One of the rows goes to the payee of this share, as far as they say."""
    sirets = {row.siret for row in rows}
    return "" in sirets or share.organisation is None or share.organisation.siret in sirets


def awards_named(verdict, facts):
    """Awards that the EJ and the payee of the rows both name."""
    found: set[int] | None = None
    for row in verdict.rows:
        of_payee = facts.by_siret.get(row.siret, set()) if row.siret else None
        named = facts.commitments.get(row.commitment)
        if named and of_payee is not None and not named & of_payee:
            raise other_award_of_payee(row, named, facts)
        here = (named or of_payee or set()) & (
            of_payee if of_payee is not None and named else named or of_payee or set()
        )
        found = here if found is None else found & here
    return found or set()


def other_award_of_payee(row, named, facts):
    payee = row.payee or f"le SIRET {row.siret}"
    return Differs(
        K.OTHER_AWARD,
        f"L’EJ {row.commitment} (ligne {row.line}) est celui de {names_of(named, facts)}, et l’argent est allé à "
        f"{payee}. Corrigez le numéro noté ici, ou faites corriger Chorus.",
    )


def not_found(row, verdict, awards, shares, facts):
    """Why no instalment takes this payment request, and what to do."""
    if len(shares) == 1:
        return amount_differs(verdict, shares)
    if not shares and (waiting := [one for key in sorted(awards) for one in facts.others_by_award.get(key, ())]):
        return not_ordered(waiting[0], [Share(waiting[0], waiting[0].cents)])
    if not awards:
        return Differs(
            K.UNKNOWN_COMMITMENT,
            f"L’EJ {row.commitment} n’est noté pour aucune attribution : notez-le sur celle que la DP {row.request} "
            "paie.",
        )
    named = (
        f"{plural(len(shares), 'échéance possible', 'échéances possibles')}" if shares else "aucune échéance à payer"
    )
    return Differs(
        K.UNKNOWN_REQUEST,
        f"La DP {row.request} paie {euros(verdict.cents)} à {names_of(awards, facts)} : {named} de ce montant. "
        "Notez son numéro sur l’échéance qu’elle paie.",
    )


def refuse_other_payee(verdict):
    """Each row pays one of the structures to which the request is due."""
    due = payees_of(verdict)
    sirets = {organisation.siret for organisation in due}
    for row in verdict.rows:
        if row.siret and due and None not in sirets and row.siret not in sirets:
            names = ", ".join(f"{organisation} (SIRET {organisation.siret})" for organisation in due)
            raise Differs(
                K.OTHER_PAYEE,
                f"La ligne {row.line} paie {row.payee or 'une structure'} (SIRET {row.siret}), et c’est dû à {names}. "
                "Vérifiez à qui l’argent est allé.",
            )


def payees_of(verdict):
    """The structures to which the request is due, in the order of its shares."""
    return list(dict.fromkeys(share.organisation for share in verdict.shares if share.organisation))


def refuse_other_split(verdict):
    """Of a request that pays several members of a consortium, each gets her own share."""
    due = payees_of(verdict)
    if len(due) < 2 or any(not row.siret for row in verdict.rows):
        return
    for organisation in due:
        paid = sum(row.cents for row in verdict.rows if row.siret == organisation.siret)
        owed = sum(share.cents for share in verdict.shares if share.organisation == organisation)
        if paid != owed:
            raise Differs(
                K.OTHER_PAYEE,
                f"La DP {verdict.number} paie {euros(paid)} à {organisation}, et sa part est de {euros(owed)}. "
                "Vérifiez dans Chorus à qui l’argent est allé.",
                verdict.shares,
            )


def refuse_not_ordered(verdict):
    for share in verdict.owed:
        if share.instalment.state != Instalment.State.ORDERED:
            raise not_ordered(share.instalment, verdict.shares)


def not_ordered(instalment, shares):
    return Differs(
        K.NOT_ORDERED,
        f"{name_of(instalment)} est payée dans Chorus et «{NBSP}{instalment.get_state_display().lower()}{NBSP}» ici : "
        "certifiez le service fait et mettez-la en paiement, puis reprenez cet écart.",
        shares,
    )


def name_of(instalment):
    return f"L’échéance {instalment.number} de {instalment.award.fabrique.name}"


def refuse_other_amount(verdict):
    if verdict.cents != sum(share.cents for share in verdict.shares):
        raise amount_differs(verdict, verdict.shares)


def amount_differs(verdict, shares):
    due = sum(share.cents for share in shares)
    gap = abs(verdict.cents - due)
    start = f"La DP {verdict.number} paie {euros(verdict.cents)} et il reste {euros(due)} à payer par elle"
    if verdict.cents > due:
        end = f"{euros(gap)} de trop. Rien n’est appliqué : vérifiez dans Chorus, ou notez les échéances qu’elle paie."
        return Differs(K.OVERPAID, f"{start} : {end}", shares)
    end = f"il manque {euros(gap)}. Ces lignes attendent le reste, dans un prochain extrait."
    return Differs(K.PART_PAID, f"{start} : {end}", shares)


def refuse_wrong_moment(verdict, facts):
    """The first of what pays an instalment is of the year whose CP were ordered; the rest may come the year after."""
    now = min(row.fiscal_year for row in verdict.rows)
    for share in verdict.owed:
        instalment, on = share.instalment, verdict.on
        if on < instalment.ordered_on:
            raise Differs(
                K.WRONG_DATE,
                f"{name_of(instalment)} est payée le {long_date(on)}, avant sa mise en paiement ici, le "
                f"{long_date(instalment.ordered_on)}. Corrigez cette mise en paiement, ou expliquez l’écart.",
            )
        year = facts.first_years.get(instalment.pk) or now
        if year != instalment.cp_year:
            raise Differs(
                K.WRONG_YEAR,
                f"{name_of(instalment)} est payée en {year} et mise en paiement sur les CP de {instalment.cp_year} "
                f"(LOLF, art. 28). Annulez la mise en paiement, puis refaites-la sur {year}.",
            )


def refuse_same_person(verdict, by):
    for share in verdict.owed:
        did = {
            share.instalment.certified_by_id: "certifié le service fait de",
            share.instalment.ordered_by_id: "mis en paiement",
        }
        if by is not None and by.pk in did:
            raise Differs(
                K.SAME_PERSON,
                f"Vous avez {did[by.pk]} l’échéance {share.instalment.number} de "
                f"{share.instalment.award.fabrique.name} : une troisième personne confirme son paiement.",
            )


def refuse_tied(verdict, facts):
    """Nobody confirms the payment of a dossier with which she has a tie (glossary 19)."""
    if any(share.instalment.award_id in facts.tied for share in verdict.owed):
        raise Differs(
            K.SAME_PERSON,
            "Vous avez un lien avec le dossier que cette DP paie : une autre personne des finances reprend cet écart.",
        )
