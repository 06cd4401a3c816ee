"""What describing needs to know of a form: a few IRIs, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.forms import Form

__all__ = ["END_OF_COMMITMENT", "FormTerms", "QuestionTerms", "form_terms"]


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """``scheme`` is the code list of a closed question (None: free text), ``repeats`` the property of the report
    that says the answer again, one hop away for easy queries, ``cited`` the name of that property's citation."""

    scheme: str | None = "result"
    repeats: str | None = None
    cited: str = ""


@dataclass(frozen=True, slots=True)
class FormTerms:
    """The classes of a form's reports and its questions by notation; other questions are plain results."""

    classes: tuple[str, ...]
    questions: Mapping[str, QuestionTerms] = field(default_factory=dict)

    def question(self, notation: str) -> QuestionTerms:
        """The terms of one question."""
        return self.questions.get(notation, _RESULT)


_RESULT = QuestionTerms()

END_OF_COMMITMENT = FormTerms(
    (term("ogpv:Report"), term("ogpv:EndOfCommitmentReport")),
    {
        "1.1": QuestionTerms("completion", term("ogpv:completion"), "completion"),
        "1.2": QuestionTerms(None, term("ogpv:factors"), "factors"),
        "1.3": QuestionTerms("as-planned", term("ogpv:asPlanned"), "as-planned"),
        "2.2": QuestionTerms("result", term("ogpv:problemAddressed"), "problem-addressed"),
        "3": QuestionTerms(None, term("ogpv:lesson"), "lesson"),
    },
)


def form_terms(form: Form) -> FormTerms:
    """The terms of ``form``, as ``ontology/forms/`` has them; :data:`END_OF_COMMITMENT` is that of its first form."""
    questions = {}
    for part in form.questions:
        if part.fills and part.fills != term("ogpv:value"):
            local = part.fills.rpartition("#")[2]
            cited = re.sub("[A-Z]", lambda capital: "-" + capital.group().lower(), local)
            questions[part.question or ""] = QuestionTerms(part.codes, part.fills, cited)
    return FormTerms((term("ogpv:Report"), form.report_class), questions)
