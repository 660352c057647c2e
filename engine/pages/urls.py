"""The pages of employees. Addresses behind a token end in a slash: mail programs cut other endings off."""

from django.urls import path

from engine.pages import data, decisions, memory, offers, preferences, remarks, reps, team, today, weeks

urlpatterns = [
    path("", today.today, name="today"),
    path("start/", today.start, name="start"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("memory/", memory.memory, name="memory"),
    path("weeks/", weeks.weeks, name="weeks"),
    path("data/", data.data, name="data"),
    path("data/export/", data.export, name="data_export"),
    path("team/", team.team, name="team"),
    path("team/<slug:slug>/", team.team_of, name="team_of"),
    path("rep/<str:token>/", reps.rep, name="rep"),
    path("rep/<str:token>/undo/", reps.undo, name="rep_undo"),
    path("rep/<str:token>/not-me/", reps.not_me, name="rep_not_me"),
    path("rep/<str:token>/swap/", reps.swap, name="rep_swap"),
    path("rep/<str:token>/not-useful/", remarks.not_useful, name="rep_not_useful"),
    path("rep/<str:token>/mistake/", remarks.mistake, name="rep_mistake"),
    path("rep/<str:token>/take-back/", remarks.take_back, name="rep_take_back"),
    path("rep/<str:token>/<int:attempt>/<slug:choice>/", reps.rep_chosen, name="rep_chosen"),
    path("offer/<str:token>/", offers.offer, name="offer"),
    path("offer/<str:token>/<slug:choice>/", offers.offer_chosen, name="offer_chosen"),
    path("mail/<str:token>/", preferences.mail_settings, name="mail_settings"),
    path("stop/<str:token>/", preferences.stop, name="stop"),
]
