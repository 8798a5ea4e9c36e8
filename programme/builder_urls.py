"""Where a call is prepared: under its page of the team."""

from django.urls import path

from programme.views import builder, criteria, questions, revisions

urlpatterns = [
    path("nouveau/", builder.new_call, name="new_call"),
    path("<slug:slug>/reglages/", builder.edit_settings, name="edit_settings"),
    path("<slug:slug>/montants/", builder.edit_bounds, name="edit_bounds"),
    path("<slug:slug>/criteres/", criteria.criteria, name="criteria"),
    path("<slug:slug>/criteres/nouveau/", criteria.add_criterion, name="add_criterion"),
    path("<slug:slug>/criteres/<int:position>/", criteria.edit_criterion, name="edit_criterion"),
    path("<slug:slug>/formulaire/", questions.form, name="form"),
    path("<slug:slug>/formulaire/sections/nouvelle/", questions.add_section, name="add_section"),
    path("<slug:slug>/formulaire/sections/<slug:section>/", questions.edit_section, name="edit_section"),
    path("<slug:slug>/formulaire/sections/<slug:section>/supprimer/", questions.delete_section, name="delete_section"),
    path("<slug:slug>/formulaire/sections/<slug:section>/question/", questions.add_question, name="add_question"),
    path("<slug:slug>/formulaire/questions/<slug:question>/", questions.edit_question, name="edit_question"),
    path(
        "<slug:slug>/formulaire/questions/<slug:question>/supprimer/",
        questions.delete_question,
        name="delete_question",
    ),
    path("<slug:slug>/apercu/", builder.preview, name="preview"),
    path("<slug:slug>/version/", revisions.revision, name="revision"),
    path("<slug:slug>/vagues/<int:number>/duree/", builder.explain_window, name="explain_window"),
]
