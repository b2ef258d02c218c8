"""What people type into account pages: checked here, done by the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User


class SignInForm(forms.Form):
    """Address and password."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignupForm(forms.Form):
    """A request for an account."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters. A short sentence is easier to remember than a word."),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any] | None:
        """Hold the password against Django's validators, the person's own data included."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("email"):
            person = User(email=cleaned["email"], name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PasswordForm(forms.Form):
    """The password of now and the one that is wanted."""

    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters. A short sentence is easier to remember than a word."),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, once more"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any] | None:
        """Hold the two new ones against each other."""
        cleaned = super().clean() or {}
        if cleaned.get("new") != cleaned.get("again"):
            self.add_error("again", _("The two are not the same."))
        return cleaned

    def wanted(self) -> dict[str, str]:
        """Return what the service takes."""
        return {name: self.cleaned_data[name] for name in ("current", "new")}


class ConfirmForm(forms.Form):
    """The password of now, before something that a stolen session must not do."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


def _code_field(*, autofocus: bool = False) -> forms.CharField:
    """Return the field for a code of the app, which a browser may fill in."""
    attributes = {"autocomplete": "one-time-code", "spellcheck": "false"}
    if autofocus:
        attributes["autofocus"] = "autofocus"
    return forms.CharField(label=_("Code"), max_length=20, widget=forms.TextInput(attrs=attributes))


class CodeForm(forms.Form):
    """The second step of signing in."""

    code = _code_field(autofocus=True)


class SecondFactorForm(forms.Form):
    """What changes a second factor: the code of the app and the password."""

    code = _code_field()
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class KeyForm(forms.Form):
    """A key for a program."""

    DAYS = ((30, _("30 days")), (90, _("90 days")), (365, _("a year")))

    name = forms.CharField(
        label=_("What for"),
        help_text=_("The program that will use it, so that you know later which key to revoke."),
        max_length=100,
    )
    role = forms.ChoiceField(label=_("May do what this role may"))
    days = forms.TypedChoiceField(label=_("Good for"), choices=DAYS, coerce=int, initial=90)

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(role.value, role.label) for role in roles]


class ListForm(forms.Form):
    """A CSV file of people."""

    MOST_BYTES = 1024 * 1024

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("The first line names the columns: email, and if you like name and role."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> bytes:
        """Return the content of a file that is not too large."""
        file = self.cleaned_data["file"]
        if file.size > self.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        content: bytes = file.read()
        return content


class ApproveForm(forms.Form):
    """The role that approved people get."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.PLANNER)


class RejectForm(forms.Form):
    """Why people are turned down."""

    reason = forms.CharField(label=_("Reason"), max_length=500)
