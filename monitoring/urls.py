from django.urls import path

from monitoring.views import board, cut, places, printing, rows, statements, steering

app_name = "monitoring"
urlpatterns = [
    path("pilotage/", steering.steering, name="steering"),
    path("pilotage/fabriques/", places.places, name="places"),
    path("pilotage/fabriques/<uuid:public_id>/", places.place, name="place"),
    path("pilotage/tableau/", board.board, name="board"),
    path("pilotage/tableau/impressions/", printing.prints, name="prints"),
    path("pilotage/tableau/impressions/<uuid:public_id>/", printing.one_print, name="print"),
    path("pilotage/tableau/impressions/<uuid:public_id>/pdf/", printing.board_pdf, name="board_pdf"),
    path("pilotage/tableau/<slug:key>/", board.panel, name="panel"),
    path("pilotage/previsions/", board.forecasts, name="forecasts"),
    path("pilotage/previsions/coupe/", cut.cut, name="cut"),
    path("pilotage/previsions/echeances/", rows.waiting, name="waiting"),
    path("pilotage/previsions/paiements/", rows.payments, name="payments"),
    path("pilotage/previsions/<slug:key>/", board.forecast, name="forecast"),
    path("pilotage/mouvements/", rows.movements, name="movements"),
    path("pilotage/ecritures/<uuid:public_id>/", rows.posting, name="posting"),
    path("pilotage/annonces/", statements.statements, name="statements"),
]
