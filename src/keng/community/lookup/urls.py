"""Addresses of the public look-up. None of them ever holds what was asked."""

from django.urls import URLPattern, path

from keng.community.lookup import carrying, looking, objecting

public: list[URLPattern] = [
    path("lookup/", looking.look_up, name="lookup"),
    path("lookup/record/", looking.record, name="lookup-record"),
    path("lookup/object/", objecting.object_to, name="lookup-object"),
    path("lookup/objected/", objecting.objected, name="lookup-objected"),
    path("lookup/answer/", objecting.read_answer, name="lookup-answer"),
    path("report/with/", carrying.carry, name="report-with"),
]
