"""Addresses of lessons on the two sites."""

from django.urls import URLPattern, path

from keng.lessons.desk import films as desk_films
from keng.lessons.desk import first_hour
from keng.lessons.desk import lessons as desk_lessons
from keng.lessons.desk import pledges as desk_pledges
from keng.lessons.public import films, lessons, pledges

public: list[URLPattern] = [
    path("lessons", lessons.corner, name="lessons"),
    path("lessons/from/<slug:slug>", lessons.collection, name="collection"),
    path("lessons/<slug:slug>", lessons.lesson, name="lesson"),
    path("lessons/<slug:slug>/answer", lessons.answer, name="lesson-answer"),
    path("lessons/<slug:slug>/done", lessons.done, name="lesson-done"),
    path("lessons/<slug:slug>/class", lessons.certificate, name="lesson-class"),
    path("pledges/<slug:slug>", pledges.campaign, name="pledge-public"),
    path("pledge/<secret:token>", pledges.count, name="pledge-count"),
    path("films/<uuid:pk>/film.mp4", films.film, name="film-play"),
    path("films/<uuid:pk>/poster.jpg", films.poster, name="film-poster"),
    path("films/<uuid:pk>/<slug:language>.vtt", films.captions, name="film-captions"),
]
desk: list[URLPattern] = [
    path("lessons/", desk_lessons.listing, name="desk-lessons"),
    path("lessons/collections/new/", desk_lessons.new_collection, name="collection-new"),
    path("lessons/collections/<uuid:pk>/new/", desk_lessons.new, name="lesson-new"),
    path("lessons/<uuid:pk>/", desk_lessons.lesson, name="desk-lesson"),
    path("lessons/<uuid:pk>/edit/", desk_lessons.edit, name="lesson-edit"),
    path("lessons/films/", desk_films.listing, name="films"),
    path("lessons/films/new/", desk_films.new, name="film-new"),
    path("lessons/films/<uuid:pk>/", desk_films.film, name="film"),
    path("lessons/films/<uuid:pk>/discard/", desk_films.discard, name="film-discard"),
    path("lessons/films/<uuid:pk>/film.mp4", desk_films.play, name="desk-film-play"),
    path("lessons/films/<uuid:pk>/poster.jpg", desk_films.poster, name="desk-film-poster"),
    path("lessons/films/<uuid:pk>/captions.vtt", desk_films.captions, name="desk-film-captions"),
    path("lessons/pledges/", desk_pledges.listing, name="pledges"),
    path("lessons/pledges/new/", desk_pledges.new, name="pledge-new"),
    path("lessons/pledges/<uuid:pk>/", desk_pledges.campaign, name="pledge"),
    path("lessons/pledges/classes/<uuid:pk>/link/", desk_pledges.renew_link, name="pledge-link"),
    path("lessons/first-hour/", first_hour.listing, name="first-hours"),
    path("lessons/first-hour/new/", first_hour.new, name="first-hour-new"),
    path("lessons/first-hour/<uuid:pk>/", first_hour.text, name="first-hour-text"),
]
