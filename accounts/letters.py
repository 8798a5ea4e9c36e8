"""The mails that a structure's life sends, in plain French text."""

from django.conf import settings

from accounts.french import long_date

SIGNATURE = "L’équipe des Fabriques des territoires\n"


def address_of(organisation):
    return f"{settings.PUBLIC_URL}{organisation.get_absolute_url()}"


def invitation_text(invitation):
    return (
        f"Bonjour,\n\n{invitation.invited_by} vous invite à rejoindre « {invitation.organisation} » sur le service "
        f"des Fabriques des territoires, avec le droit « {invitation.words} ».\n\n"
        f"Connectez-vous, ou créez un compte avec cette adresse, puis acceptez l’invitation avant le "
        f"{long_date(invitation.expires_at)} :\n\n"
        f"{settings.PUBLIC_URL}/organisations/\n\n"
        f"Si vous ne connaissez pas cette structure, ne faites rien.\n\n{SIGNATURE}"
    )


def taken_over_text(organisation, membership, departure):
    taken = [f"- {phrase}" for phrase in departure.held]
    if departure.names_owner:
        taken.insert(0, "- la responsabilité de la structure : inviter, retirer, changer les droits")
    return (
        f"Bonjour,\n\n{membership.user} a quitté « {organisation} ». Vous prenez la suite :\n\n"
        + "\n".join(taken)
        + f"\n\nVotre structure : {address_of(organisation)}\nVos dossiers : {settings.PUBLIC_URL}/mes-dossiers/\n\n"
        f"{SIGNATURE}"
    )


def departure_text(organisation, membership, by):
    return (
        f"Bonjour,\n\n{by} vous a retirée ou retiré de « {organisation} » : vous ne voyez plus ses dossiers. "
        f"Ce que vous y avez écrit garde votre nom.\n\n"
        f"Si c’est une erreur, écrivez à {by} : {by.email}.\n\n{SIGNATURE}"
    )


def join_request_text(asked):
    message = f"\nSon message :\n\n{asked.message}\n" if asked.message else ""
    return (
        f"Bonjour,\n\n{asked.user} ({asked.user.email}) demande à rejoindre « {asked.organisation} » sur le service "
        f"des Fabriques des territoires.\n{message}\n"
        f"Acceptez ou refusez, et choisissez son droit : {address_of(asked.organisation)}\n\n"
        f"Tant que vous n’avez pas répondu, elle ou il ne voit rien de votre structure.\n\n{SIGNATURE}"
    )


def join_answer_text(asked, membership):
    if membership:
        said = (
            f"Votre demande est acceptée : vous avez rejoint « {asked.organisation} », avec le droit "
            f"« {membership.words} ».\n\nVotre structure : {address_of(asked.organisation)}"
        )
    else:
        said = f"Votre demande pour rejoindre « {asked.organisation} » n’est pas acceptée par ses responsables."
    return f"Bonjour,\n\n{said}\n\n{SIGNATURE}"
