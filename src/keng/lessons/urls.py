"""Addresses of lessons on the two sites."""

from django.urls import URLPattern, path

from keng.lessons.desk import films as desk_films
from keng.lessons.desk import first_hour
from keng.lessons.desk import lessons as desk_lessons
from keng.lessons.desk import pledges as desk_pledges
from keng.lessons.public import films, lessons, pledges

public: list[URLPattern] = [
    path("lessons", lessons.lessons, name="lessons"),
    path("lessons/from/<slug:slug>", lessons.collection, name="collection"),
    path("lessons/<slug:slug>", lessons.lesson, name="lesson"),
    path("lessons/<slug:slug>/answer", lessons.lesson_answer, name="lesson-answer"),
    path("lessons/<slug:slug>/done", lessons.lesson_done, name="lesson-done"),
    path("lessons/<slug:slug>/class", lessons.lesson_class, name="lesson-class"),
    path("pledges/<slug:slug>", pledges.pledge_public, name="pledge-public"),
    path("pledge/<secret:token>", pledges.pledge_count, name="pledge-count"),
    path("films/<uuid:pk>/film.mp4", films.film_play, name="film-play"),
    path("films/<uuid:pk>/poster.jpg", films.film_poster, name="film-poster"),
    path("films/<uuid:pk>/<slug:language>.vtt", films.film_captions, name="film-captions"),
]
desk: list[URLPattern] = [
    path("lessons/", desk_lessons.desk_lessons, name="desk-lessons"),
    path("lessons/collections/new/", desk_lessons.collection_new, name="collection-new"),
    path("lessons/collections/<uuid:pk>/new/", desk_lessons.lesson_new, name="lesson-new"),
    path("lessons/<uuid:pk>/", desk_lessons.desk_lesson, name="desk-lesson"),
    path("lessons/<uuid:pk>/edit/", desk_lessons.lesson_edit, name="lesson-edit"),
    path("lessons/films/", desk_films.films, name="films"),
    path("lessons/films/new/", desk_films.film_new, name="film-new"),
    path("lessons/films/<uuid:pk>/", desk_films.film, name="film"),
    path("lessons/films/<uuid:pk>/discard/", desk_films.film_discard, name="film-discard"),
    path("lessons/films/<uuid:pk>/film.mp4", desk_films.desk_film_play, name="desk-film-play"),
    path(
        "lessons/films/<uuid:pk>/poster.jpg", desk_films.desk_film_poster, name="desk-film-poster"
    ),
    path(
        "lessons/films/<uuid:pk>/<slug:language>.vtt",
        desk_films.desk_film_captions,
        name="desk-film-captions",
    ),
    path("lessons/pledges/", desk_pledges.pledges, name="pledges"),
    path("lessons/pledges/new/", desk_pledges.pledge_new, name="pledge-new"),
    path("lessons/pledges/<uuid:pk>/", desk_pledges.pledge, name="pledge"),
    path("lessons/pledges/classes/<uuid:pk>/link/", desk_pledges.pledge_link, name="pledge-link"),
    path("lessons/first-hour/", first_hour.first_hours, name="first-hours"),
    path("lessons/first-hour/new/", first_hour.first_hour_new, name="first-hour-new"),
    path("lessons/first-hour/<uuid:pk>/", first_hour.first_hour_text, name="first-hour-text"),
]
