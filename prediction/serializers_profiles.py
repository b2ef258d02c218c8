"""What the API of mapping profiles takes and answers with."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from registry.models import Direction


class ProfileIn(serializers.Serializer[Any]):
    """A new revision of a profile."""

    name = serializers.CharField(max_length=100)
    direction = serializers.ChoiceField(choices=Direction.choices, default=Direction.OUTPUT.value)
    document = serializers.DictField()


class ProfileLineOut(serializers.Serializer[Any]):
    """A revision in a list."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    revision = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()


class ProfileOut(ProfileLineOut):
    """A revision with its document."""

    document = serializers.DictField()


class PreviewIn(serializers.Serializer[Any]):
    """The approved drafts that an output profile is tried with."""

    drafts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), default=list, max_length=500
    )


class WrongOut(serializers.Serializer[Any]):
    """A cell that cannot be written, or read."""

    row = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    fault = serializers.CharField()
    limit = serializers.FloatField(allow_null=True)


class TableOut(serializers.Serializer[Any]):
    """The first rows of a table, and what is wrong with it."""

    table = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField())
    wrong = WrongOut(many=True)


class PreviewOut(serializers.Serializer[Any]):
    """What a profile makes."""

    tables = TableOut(many=True)
