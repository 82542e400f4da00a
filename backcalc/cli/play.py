"""An exercise asked node by node: what each line that somebody types is answered with."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import suppress

from backcalc.cli.output import print_lines
from backcalc.cli.process import INTERRUPTED
from backcalc.marking.key import Key
from backcalc.marking.mark import Mark
from backcalc.marking.notation import Subject
from backcalc.marking.sheet import NO_ANSWERS, read_answers
from backcalc.marking.subject import subject_of
from backcalc.quiz.exercise import Exercise, question_lines
from backcalc.quiz.hints import hints
from backcalc.render.reports.marks import notes_of
from backcalc.text.errors import BackcalcError, UsageError
from backcalc.text.numerals import DIGITS
from backcalc.text.source import Source
from backcalc.text.wording import visible

HELP = "Type each answer; `?` gives a hint, `skip` shows the answer, `quit` ends."
HINT, SKIP, QUIT = ("", "?", "hint"), ("skip", "s"), ("quit", "q", "exit")


class Game:
    """An exercise being played: `prompt` asks the next question, `reply` answers a line; `score` says how it goes."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._key = Key(exercise.run)
        self._place = 0
        self._hints: list[str] = []  # To the question asked, those that have not been given.
        self._is_first_try = True
        self._sheet: list[str] = []  # What was answered rightly.
        self._right, self._at_once, self._has_quit = 0, 0, False
        self._turn(0)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked."""
        return self._has_quit or self._place == len(self._exercise.asked)

    @property
    def is_won(self) -> bool:
        """Whether every answer was found."""
        return self._right == len(self._exercise.asked)

    @property
    def prompt(self) -> str:
        """The question as it stands before the cursor: its number, of how many, and what is asked."""
        return f"({self._place + 1}/{len(self._exercise.asked)}) {subject_of(self._asked, '∂')} = "

    @property
    def score(self) -> str:
        """How many answers were found, and how many of these at the first try without a hint."""
        return f"{self._right} of {len(self._exercise.asked)} right, {self._at_once} at the first try without a hint"

    def reply(self, line: str) -> list[str]:
        """The lines to print; a right answer and `skip` lead to the next question."""
        text = line.strip()
        if text.lower() in QUIT:
            self._has_quit = True
            return []
        if text.lower() in SKIP:
            asked, value = self._exercise.key[self._place]
            self._sheet.append(f"{subject_of(asked)} = {value}")
            self._turn(self._place + 1)
            return [f"  it is {subject_of(asked, '∂')} = {value}"]
        if text.lower() in HINT:
            return [self._hint()]
        # What cannot be read costs no try either: it is told as everywhere else, and asked again.
        try:
            return self._marked(self._mark(text))
        except BackcalcError as error:
            return str(error).split("\n")

    @property
    def _asked(self) -> Subject:
        return self._exercise.asked[self._place]

    def _turn(self, place: int) -> None:
        """Go on to the question at `place`, if there is one."""
        self._place, self._is_first_try = place, True
        if not self.is_over:
            self._hints = hints(self._exercise.run, self._asked)

    def _mark(self, text: str) -> Mark:
        """The mark of an answer, written with or without what it is an answer to. Raises BackcalcError."""
        # Only the number need be typed, but who writes all of it is understood.
        source = Source("answer", text)
        answers, errors = read_answers(source)
        if errors or len(answers) != 1:
            source = Source("answer", f"{subject_of(self._asked)} = {text}")
            answers, errors = read_answers(source)
        marked, refused = self._key.mark(source, answers[:1])
        faults = [mark.fault for mark in marked if mark.fault]
        if faults or errors or refused:
            raise UsageError(source, [*errors, *faults, *refused])
        if not marked:  # A line of blanks or a comment.
            raise UsageError(source, [NO_ANSWERS])
        alone = marked[0]
        # A right answer needs no context, and the first has none.
        if alone.verdict == "right" or not self._sheet:
            return alone
        beside = self._beside_others(source.text)
        # From what was found before, or else as an answer by itself.
        return beside if beside.diagnosis or not alone.diagnosis else alone

    def _beside_others(self, line: str) -> Mark:
        """The mark of an answer on the sheet of those found before, from which its step was worked out."""
        # What was typed before stands there as it was, rounded perhaps: what follows from it is judged by that.
        sheet = Source("answers", "\n".join([*self._sheet, line]))
        marked, _ = self._key.mark(sheet, read_answers(sheet)[0])
        return marked[-1]

    def _marked(self, marked: Mark) -> list[str]:
        # An answer to another question is no mistake: it costs no try.
        if marked.about is not None and marked.about != self._asked:
            return [f"  this is {subject_of(marked.about, '∂')}; {subject_of(self._asked, '∂')} is asked"]
        if marked.verdict == "right":
            self._right += 1
            self._sheet.append(f"{marked.name} = {marked.given}")
            self._at_once += self._is_first_try
            self._turn(self._place + 1)
            return ["  ✓ right"]
        self._is_first_try = False
        told = "; ".join(notes_of(marked, DIGITS, hints=True))
        return [f"  ✗ not {marked.given}" + (f": {told}" if told else "; try again, or ? for a hint")]

    def _hint(self) -> str:
        """The next hint to the question, each telling more; the last again where there is no further one."""
        self._is_first_try = False
        # At the last hint one may ask again.
        return f"  {self._hints.pop(0) if len(self._hints) > 1 else self._hints[0]}"


def play(exercise: Exercise) -> int:
    """Ask until all is answered, the input ends or Ctrl-C comes; the score stands last in every case."""
    game = Game(exercise)
    status = None
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # The program's own leaves at once.
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # What is no text is no answer either.
    try:
        print_lines([*question_lines(exercise), HELP])
        while not game.is_over:
            print_lines(game.reply(_answer(game.prompt)))
    except EOFError:
        print_lines([""])
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # A second one would take the score away.
        print_lines([""])
        status = INTERRUPTED
    print_lines([game.score])
    return status if status is not None else 0 if game.is_won else 1


def _answer(prompt: str) -> str:
    """The next line of stdin; shown where it is not typed, so that a pipe's output reads like a terminal's."""
    if sys.stdin.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401  With it, `input` lets a line be edited.
        return input(prompt)
    line = input(prompt)
    print_lines([visible(line)])
    return line
