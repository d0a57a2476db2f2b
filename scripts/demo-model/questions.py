"""Questions with one right answer about one picture, or about two."""

from dataclasses import dataclass

from shapes import COLOURS, KINDS

PLURAL = {k: k + ("es" if k == "cross" else "s") for k in KINDS}
GAP = 16  # pixels, half a token: "left of", "leftmost" and the like need so many to be beyond doubt
MARGIN = 6  # pixels that a shape named by its third of the picture keeps from the border between two thirds

PHRASES = {
    "colour": ("What {colour} is the {ref}?", "Which {colour} is the {ref}?", "What is the {colour} of the {ref}?", "Tell me the {colour} of the {ref}."),
    "shape": ("What shape is {c}?", "Which shape is {c}?", "What is the {c} shape?", "What is {c}?", "What shape is the {c} one?"),
    "most": ("What shape is {most}?", "Which shape is {most}?", "What is the {most} shape?"),
    "most colour": ("What {colour} is the {most} shape?", "Which {colour} is the {most} shape?"),
    "where": ("Where is the {ref}?", "Where in the {picture} is the {ref}?", "Where can I see the {ref}?"),
    "count": ("How many shapes are there?", "How many shapes do you see?", "How many shapes are in the {picture}?", "Count the shapes."),
    "count colour": ("How many {c} shapes are there?", "How many shapes are {c}?", "How many {c} shapes do you see?", "Count the {c} shapes."),
    "count kind": ("How many {ks} are there?", "How many {ks} do you see?", "How many {ks} are in the {picture}?", "Count the {ks}."),
    "exists": ("Is there {thing}?", "Do you see {thing}?", "Can you see {thing}?", "Is there {thing} in the {picture}?"),
    "relation": ("Is the {ref} {relation} the {other}?",),
    "side": ("Is the {ref} {either} the {other}?",),
    "describe": ("Describe the {picture}.", "What is in the {picture}?", "What do you see?", "Describe what you see.", "List the shapes."),
    "more": ("Which {picture} has more shapes?", "Which {picture} shows more shapes?", "In which {picture} are there more shapes?"),
    "same colour": ("Is the {k} in the first {picture} the same {colour} as the {k} in the second {picture}?", "Is the {k} the same {colour} in both {picture}s?",
                    "Do the {ks} in both {picture}s have the same {colour}?"),
    "which has": ("Which {picture} has {thing}?", "In which {picture} is there {thing}?", "Which {picture} shows {thing}?"),
    "and": ("And the {ref}?", "What about the {ref}?"),
    "it where": ("Where is it?",),
    "it colour": ("What {colour} is it?", "Which {colour} is it?"),
    "it shape": ("What shape is it?", "Which shape is it?"),
}
RELATIONS = {
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "above": ("above", "higher than"),
    "below": ("below", "under", "lower than"),
}
EITHER = {"left": "left or right of", "above": "above or below"}
OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}
MOST = {
    "left": ("leftmost", "furthest left"),
    "right": ("rightmost", "furthest right"),
    "above": ("topmost", "highest"),
    "below": ("bottommost", "lowest"),
}
AXIS = {"left": ("x", 1), "right": ("x", -1), "above": ("y", 1), "below": ("y", -1)}
ONE_PICTURE = ("colour", "shape", "most", "most colour", "where", "count", "count colour", "count kind", "exists", "relation", "describe")
IN_ONE_OF_TWO = ("colour", "shape", "count", "count colour", "count kind", "exists", "describe")
TWO_PICTURES = ("more", "same colour", "which has", "of two")
FOLLOW_UPS = {"colour": ("and", "it where"), "shape": ("it where", "it colour"), "where": ("and", "it colour"), "most": ("it colour", "it where"), "most colour": ("it shape", "it where")}


@dataclass(frozen=True)
class Asked:
    """A question, its answer, and the shape it was about (for follow-ups), if one."""

    type: str
    question: str
    answer: str
    about: object = None
    topic: str = ""


class Asker:
    """Asks about one picture. Every question has one right answer; `ask` is None where this picture allows no such question."""

    def __init__(self, rng, scene):
        self.rng, self.scene = rng, scene

    def ask(self, type):
        return getattr(self, "_" + type.replace(" ", "_"))()

    def follow_up(self, last):
        """A question that only makes sense after `last`, or None."""
        if last.about is None or last.topic not in FOLLOW_UPS:
            return None
        how = self.any(FOLLOW_UPS[last.topic])
        if how == "and":
            return self._and(last)
        answer = {"it where": self.region(last.about), "it colour": last.about.colour, "it shape": last.about.kind}[how]
        return answer and Asked("follow-up", self.say(how), answer, last.about, how[3:])

    def _and(self, last):
        others = [s for s in self.unique() if s != last.about]
        if not others:
            return None
        other = self.any(others)
        answer = other.colour if last.topic == "colour" else self.region(other)
        return answer and Asked("follow-up", self.say("and", ref=other.kind), answer, other, last.topic)

    # --- one method a type

    def _colour(self):
        missing = self.missing()
        if missing and self.rng.random() < 0.07:
            return Asked("colour", self.say("colour", ref=missing), f"there is no {missing}")
        about = self.any(self.unique())
        return about and Asked("colour", self.say("colour", ref=about.kind), about.colour, about, "colour")

    def _shape(self):
        about = self.any([s for s in self.scene.shapes if len(self.scene.of(colour=s.colour)) == 1])
        return about and Asked("shape", self.say("shape", c=about.colour), about.kind, about, "shape")

    def _most(self):
        way, about = self.furthest()
        return about and Asked("most", self.say("most", most=self.any(MOST[way])), about.kind, about, "most")

    def _most_colour(self):
        way, about = self.furthest()
        return about and Asked("most", self.say("most colour", most=self.any(MOST[way])), about.colour, about, "most colour")

    def _where(self):
        missing = self.missing()
        if missing and self.rng.random() < 0.07:
            return Asked("where", self.say("where", ref=missing), f"there is no {missing}")
        found = [(s, ref, self.region(s)) for s, ref in self.named() if self.region(s)]
        if not found:
            return None
        about, ref, region = self.any(found)
        return Asked("where", self.say("where", ref=ref), region, about, "where")

    def _count(self):
        return Asked("count", self.say("count"), str(len(self.scene.shapes)))

    def _count_colour(self):
        colour = self.any(self.scene.shapes).colour if self.rng.random() < 0.75 else self.any(tuple(COLOURS))
        return Asked("count colour", self.say("count colour", c=colour), str(len(self.scene.of(colour=colour))))

    def _count_kind(self):
        kind = self.any(self.scene.shapes).kind if self.rng.random() < 0.75 else self.any(KINDS)
        return Asked("count kind", self.say("count kind", ks=PLURAL[kind]), str(len(self.scene.of(kind=kind))))

    def _exists(self):
        kind, colour = self.wish(self.rng.random() < 0.5)
        return Asked("exists", self.say("exists", thing=thing(kind, colour)), "yes" if self.scene.of(kind, colour) else "no")

    def _relation(self):
        """The answer says which of the two is further that way before it says yes or no: small models cannot do both in one word."""
        way = self.any(tuple(AXIS))
        pair = self.two_apart(way)
        if pair is None:
            return None
        (ref, other), holds = pair
        if way in EITHER and self.rng.random() < 0.4:
            question, verdict = self.say("side", ref=ref, other=other, either=EITHER[way]), way if holds else OPPOSITE[way]
        else:
            question, verdict = self.say("relation", ref=ref, other=other, relation=self.any(RELATIONS[way])), "yes" if holds else "no"
        nearer, farther = (ref, other) if holds else (other, ref)
        return Asked("relation", question, f"the {nearer} is {RELATIONS[way][0]} the {farther}: {verdict}")

    def two_apart(self, way):
        """((name, name of another), whether the first is further that way), clearly; or None."""
        named = self.named()
        if len(named) < 2:
            return None
        (a, ref), (b, other) = (named[i] for i in self.rng.permutation(len(named))[:2])
        axis, sign = AXIS[way]
        gap = sign * (getattr(b, axis) - getattr(a, axis))
        return None if a == b or abs(gap) < GAP else ((ref, other), gap > 0)

    def _describe(self):
        ordered = sorted(self.scene.shapes, key=lambda s: s.x)
        if any(b.x - a.x < GAP - MARGIN for a, b in zip(ordered, ordered[1:])):
            return None
        return Asked("describe", self.say("describe"), ", ".join(f"{s.colour} {s.kind}" for s in ordered))

    # --- what they need

    def any(self, of):
        return of[int(self.rng.integers(len(of)))] if len(of) else None

    def say(self, type, **words):
        colour = "colour" if self.rng.random() < 0.7 else "color"
        picture = "picture" if self.rng.random() < 0.7 else "image"
        return self.any(PHRASES[type]).format(colour=colour, picture=picture, **words)

    def unique(self):
        """Shapes that their kind alone names."""
        return [s for s in self.scene.shapes if len(self.scene.of(s.kind)) == 1]

    def named(self):
        """(shape, a name that fits no other): the kind, or colour and kind."""
        names = [(s, s.kind) for s in self.unique()]
        return names + [(s, f"{s.colour} {s.kind}") for s in self.scene.shapes if len(self.scene.of(s.kind, s.colour)) == 1 and self.rng.random() < 0.5]

    def missing(self):
        return self.any([k for k in KINDS if not self.scene.of(k)])

    def furthest(self):
        """A direction and the shape that is furthest that way, clearly; or None for the shape."""
        way = self.any(tuple(AXIS))
        axis, sign = AXIS[way]
        ordered = sorted(self.scene.shapes, key=lambda s: sign * getattr(s, axis))
        clear = len(ordered) > 1 and abs(getattr(ordered[0], axis) - getattr(ordered[1], axis)) >= GAP
        return way, ordered[0] if clear else None

    def region(self, s):
        """'top left' ... 'middle' ... 'bottom right' by thirds, or None too near a border between them."""
        down, across = _third(s.y, self.scene.height), _third(s.x, self.scene.width)
        if down is None or across is None:
            return None
        words = [w for w in (("top", "", "bottom")[down], ("left", "", "right")[across]) if w]
        return " ".join(words) or "middle"

    def wish(self, present):
        """(kind or None, colour or None) that the picture has, or has not but nearly."""
        s = self.any(self.scene.shapes)
        form = self.rng.random()
        if form < 0.2:
            return (s.kind if present else self.missing() or self.any(KINDS)), None
        if form < 0.4:
            return None, s.colour if present else self.any([c for c in COLOURS if not self.scene.of(colour=c)])
        if present:
            return s.kind, s.colour
        near = [(k, s.colour) for k in KINDS] + [(s.kind, c) for c in COLOURS] if self.rng.random() < 0.7 else [(k, c) for k in KINDS for c in COLOURS]
        return self.any([w for w in near if not self.scene.of(*w)])


class PairAsker:
    """Asks about two pictures."""

    def __init__(self, rng, first, second):
        self.rng, self.scenes = rng, (first, second)
        self.askers = Asker(rng, first), Asker(rng, second)

    def ask(self, type):
        return getattr(self, "_" + type.replace(" ", "_"))()

    def _more(self):
        one, two = (len(s.shapes) for s in self.scenes)
        return None if one == two else Asked("more", self.askers[0].say("more"), "first" if one > two else "second")

    def _same_colour(self):
        pairs = [(a, b) for a in self.askers[0].unique() for b in self.askers[1].unique() if a.kind == b.kind]
        if not pairs:
            return None
        same = [p for p in pairs if p[0].colour == p[1].colour]
        a, b = self.askers[0].any(same if same and self.rng.random() < 0.6 else pairs)
        return Asked("same colour", self.askers[0].say("same colour", k=a.kind, ks=PLURAL[a.kind]), f"{a.colour} and {b.colour}: {'yes' if a.colour == b.colour else 'no'}")

    def _which_has(self):
        which = int(self.rng.integers(2))
        kind, colour = self.askers[which].wish(True)
        if self.scenes[1 - which].of(kind, colour):
            return None
        return Asked("which has", self.askers[0].say("which has", thing=thing(kind, colour)), ("first yes, second no", "first no, second yes")[which])

    def _of_two(self):
        which = int(self.rng.integers(2))
        asked = self.askers[which].ask(self.askers[0].any(IN_ONE_OF_TWO))
        if asked is None:
            return None
        place = f"the {('first', 'second')[which]} {'picture' if self.rng.random() < 0.7 else 'image'}"
        return Asked("of two", _placed(asked.question, place), asked.answer)


def _placed(question, place):
    """The question about `place`: 'What colour is the star in the second picture?'."""
    for general in ("the picture", "the image"):
        if general in question:
            return question.replace(general, place)
    return f"{question[:-1]} in {place}{question[-1]}"


def _third(at, length):
    if min(abs(at - length / 3), abs(at - 2 * length / 3)) < MARGIN:
        return None
    return int(3 * at / length)


def thing(kind, colour):
    name = f"{colour or ''} {kind or 'shape'}".strip()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
