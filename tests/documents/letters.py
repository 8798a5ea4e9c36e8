"""Complete facts of invented letters, for the tests of this floor and of those above."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from documents.facts import (
    Addressee,
    Appeal,
    AppealReceiptFacts,
    AwardFacts,
    DeferralFacts,
    Dossier,
    Imprint,
    Instalment,
    ReceiptFacts,
    RefusalFacts,
    Service,
    Signature,
    Titled,
    WaitlistFacts,
)
from documents.frozen import to_json

PARIS = ZoneInfo("Europe/Paris")

COMMON = {
    "service": Service(
        name="Service Fabriques des territoires",
        address_lines=("20 avenue de l’Exemple", "75000 Paris"),
        phone="01 00 00 00 00",
        email="equipe@fabriques.example",
        city="Paris",
        officer="Hélène Martin, instructrice",
    ),
    "addressee": Addressee(
        person="Madame Claire Rouvier, présidente",
        organisation="Association La Halle aux Possibles",
        address_lines=("12 rue de la Coutellerie", "63300 Thiers"),
        salutation="Madame la Présidente",
    ),
    "dossier": Dossier(
        reference="2026-11-0147",
        call="Fabriques de territoire",
        wave="vague 11",
        place="La Halle aux Possibles",
        commune="Thiers (63)",
        received_on=dt.date(2026, 11, 12),
    ),
    "issued_on": dt.date(2027, 4, 14),
}
DECIDED = {
    "signature": Signature(
        name="Sophie Lambert",
        capacity_lines=("Pour le ministre et par délégation,", "la cheffe du service Fabriques des territoires"),
        signed_at=dt.datetime(2027, 4, 14, 15, 6, tzinfo=PARIS),
        delegation_on=dt.date(2027, 1, 4),
        delegation_published_on=dt.date(2027, 1, 8),
    ),
    "appeal": Appeal(court="tribunal administratif de Paris", hierarchical_authority="le ministre"),
}

AWARD = AwardFacts(
    **COMMON,
    **DECIDED,
    amount_cents=14_200_000,
    requested_cents=14_400_000,
    first_year=2027,
    last_year=2029,
    duration="sur trois ans",
    reduction_reason=(
        "L’année 2028 est ramenée de 50 000 € à 48 000 € : 2 000 € de matériel, déjà payés par la Région, "
        "n’ont pas été retenus."
    ),
    reasons=(
        "Le comité de sélection, réuni le 9 mars 2027, a donné un avis favorable. Il a retenu la réponse à un besoin "
        "établi par enquête et les engagements écrits de vos partenaires."
    ),
    instalments=(
        Instalment(
            year=2027,
            kind="Avance",
            condition="Convention signée par les deux parties",
            expected="juillet 2027",
            amount_cents=3_000_000,
        ),
        Instalment(
            year=2027,
            kind="Acompte",
            condition="Poste d’animation pourvu (contrat de travail)",
            expected="octobre 2027",
            amount_cents=2_000_000,
        ),
        Instalment(
            year=2028,
            kind="Acompte",
            condition="Compte rendu 2027 reçu et accepté",
            expected="juillet 2028",
            amount_cents=4_800_000,
        ),
        Instalment(
            year=2029,
            kind="Solde",
            condition="Compte rendu 2028 reçu et accepté, bilan",
            expected="septembre 2029",
            amount_cents=4_400_000,
        ),
    ),
    commitment_year=2027,
    imputation="programme 112, action 12",
    aid_regime=(
        "Cette aide relève du règlement (UE) 2023/2831 (aides « de minimis ») et sera inscrite au registre national."
    ),
    available_on=dt.date(2027, 4, 14),
    sign_before=dt.date(2027, 10, 31),
    agreement_sent_before=dt.date(2027, 6, 15),
    dossier_version_on=dt.date(2026, 12, 2),
    republican_contract_on=dt.date(2026, 11, 12),
    label="Fabrique de territoire",
    label_from=dt.date(2027, 4, 14),
    label_until=dt.date(2030, 4, 13),
)
RECEIPT = ReceiptFacts(
    **COMMON | {"issued_on": dt.date(2026, 11, 12)},
    received_at=dt.datetime(2026, 11, 12, 10, 42, tzinfo=PARIS),
    silence_is_refusal_on=dt.date(2027, 1, 12),
    requested_cents=14_400_000,
    requested_years="sur trois ans (2027 à 2029)",
    sender="Claire Rouvier",
    pieces=(Titled(title="Statuts signés", text="PDF, 412 ko"), Titled(title="Budget 2027-2029", text="PDF, 96 ko")),
    steps=(
        Titled(title="Contrôle de recevabilité,", text="d’ici au 18 décembre 2026. Nous vous disons ce qui manque."),
        Titled(title="Évaluation", text="par trois personnes, en janvier et février 2027."),
        Titled(title="Avis du comité de sélection", text="le 9 mars 2027, puis décision."),
        Titled(title="Réponse", text="dans votre espace, entre le 5 et le 20 avril 2027, la même pour tous."),
    ),
    appeal=DECIDED["appeal"],
)
WAITLIST = WaitlistFacts(
    **COMMON,
    **DECIDED,
    rank=3,
    valid_until=dt.date(2027, 12, 31),
    requested_cents=14_400_000,
    reasons="Le comité de sélection, réuni le 9 mars 2027, juge le projet solide. Les crédits de la vague vont aux "
    "27 projets classés avant lui.",
)
REFUSAL = RefusalFacts(
    **COMMON,
    **DECIDED,
    grounds=(
        Titled(
            title="Partenariats locaux.",
            text="Aucun des quatre partenaires cités ne s’est engagé par écrit, et la commune n’a pas été rencontrée.",
        ),
        Titled(
            title="Modèle économique.",
            text="La location d’espaces doit couvrir 60 % des charges la première année, sans étude qui l’établisse.",
        ),
    ),
    advice=("Recueillir des lettres d’engagement, et revoir les recettes sur la fréquentation constatée à ce jour."),
    next_step=(
        "Vous pouvez présenter un nouveau dossier à la prochaine vague : les dates seront publiées sur la page de "
        "l’appel."
    ),
)
DEFERRAL = DeferralFacts(
    **COMMON,
    **DECIDED
    | {"signature": replace(DECIDED["signature"], delegation_act="arrêté du 4 janvier 2027, JO du 8 janvier")},
    grounds=(Titled(title="Accord de la commune.", text="La délibération est prévue en juin : joignez-la."),),
    next_step="Votre dossier reste dans votre espace. Vous pourrez le présenter à une autre vague.",
)
APPEAL_RECEIPT = AppealReceiptFacts(
    **COMMON,
    kind="recours gracieux",
    number="REC-2027-00003",
    decision="Rejet, décision signée le 14 avril 2027",
    authority="Service Fabriques des territoires",
    lodged_on=dt.date(2027, 5, 3),
    received_on=dt.date(2027, 5, 3),
    silence_is_refusal_on=dt.date(2027, 7, 3),
    interrupts=True,
    appeal=DECIDED["appeal"],
)
LETTERS = {
    "appeal_receipt": APPEAL_RECEIPT,
    "receipt": RECEIPT,
    "award_letter": AWARD,
    "waitlist_letter": WAITLIST,
    "refusal_letter": REFUSAL,
    "deferral_letter": DEFERRAL,
}
IMPRINT = Imprint(
    number="FT-2027-00147",
    code="K7QM-4TXR-9WHD",
    verify_url="https://fabriques.example/verifier/?code=K7QM-4TXR-9WHD",
    verify_address="fabriques.example/verifier",
    specimen=True,
)


def frozen(kind, **imprint):
    """The facts of `kind` as they are frozen on a row."""
    return {"letter": to_json(LETTERS[kind]), "imprint": to_json(IMPRINT) | imprint}
