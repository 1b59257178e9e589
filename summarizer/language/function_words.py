"""English function words by grammatical class, and the sets of words that rules about English text use.

Each word is in one class. A class is divided where rules treat its words differently. A set is thus the union of
complete classes and a few more words. All words are in lower case.
"""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# -- verbs --------------------------------------------------------------------------------------------------------

BE = _words("am is are was were")
HAVE = _words("have has had")
DO = _words("do does did")
MODALS = _words("can could will would should must")
OTHER_AUXILIARIES = _words("be been may might going gonna")
NEGATED_AUXILIARIES = _words(
    "aren't can't couldn't didn't doesn't don't hasn't haven't isn't shouldn't wasn't weren't won't wouldn't"
)
OPINION_VERBS = _words("know mean need said say see think want wants")  # are followed by an object or a clause
GENERAL_VERBS = _words(
    "being came come doing done get gets getting give go goes gone got having let lets look made make put seen show "
    "take talk thank use used went work"
)

# -- pronouns and determiners -------------------------------------------------------------------------------------

ARTICLES = _words("a an the")
SUBJECT_PRONOUNS = _words("i we you they")
SINGULAR_PRONOUNS = _words("he she his")
OBJECT_PRONOUNS = _words("it me him her us them")  # a sentence can end with them
SUBJECT_CONTRACTIONS = _words(
    "i'll i'm i've it's let's that's there's they're they've we'll we're we've you'll you're you've"
)
POSSESSIVES = _words("my your our their its")
DEMONSTRATIVES = _words("this that these those")
QUESTION_WORDS = _words("what who where why how")
QUANTIFIERS = _words("all any each every more much two")
OTHER_DETERMINERS = _words("both few first last many most new next other same some such three")

# -- prepositions and conjunctions --------------------------------------------------------------------------------

PREPOSITIONS = _words("to of in on at by for from with as")  # the most frequent ones
LONGER_PREPOSITIONS = _words("about into onto over like than")
OTHER_PREPOSITIONS = _words("between through under until using via")
TIME_PREPOSITIONS = _words("after before")  # adverbs too
COORDINATORS = _words("and but or so")
SUBORDINATORS = _words("because if when while which")
OTHER_SUBORDINATORS = _words("since whether")

# -- adverbs, negations and interjections -------------------------------------------------------------------------

FOCUS_ADVERBS = _words("actually also even only")
DEGREE_ADVERBS = _words("just really very")
FINAL_ADVERBS = _words("again down here out quite still too up yet")  # a sentence can end with them
DISCOURSE_MARKERS = _words("now okay well")
NEGATORS = _words("not no cannot without")
NEGATIVE_WORDS = _words("never nobody nothing none neither nor hardly")
FILLERS = _words("uh um")
GREETINGS = _words("hello hey yeah")

# -- sets ---------------------------------------------------------------------------------------------------------

AUXILIARIES = BE | HAVE | DO | MODALS
NEGATIONS = NEGATORS | NEGATIVE_WORDS

_CORE = (
    ARTICLES
    | AUXILIARIES
    | OTHER_AUXILIARIES
    | SUBJECT_PRONOUNS
    | SINGULAR_PRONOUNS
    | POSSESSIVES
    | DEMONSTRATIVES
    | QUESTION_WORDS
    | QUANTIFIERS
    | PREPOSITIONS
    | LONGER_PREPOSITIONS
    | FOCUS_ADVERBS
    | DEGREE_ADVERBS
    | _words("there")
)

# Words that carry no topic; texts are compared without them.
STOP_WORDS = (
    _CORE
    | GENERAL_VERBS
    | OPINION_VERBS
    | OBJECT_PRONOUNS
    | OTHER_DETERMINERS
    | OTHER_PREPOSITIONS
    | TIME_PREPOSITIONS
    | COORDINATORS
    | SUBORDINATORS
    | OTHER_SUBORDINATORS
    | FINAL_ADVERBS
    | DISCOURSE_MARKERS
    | NEGATORS
    | FILLERS
    | GREETINGS
    | _words(
        "able above always around back else everybody good great hi itself kind little lot lots maybe never nothing "
        "off often oh ok once one own people please right something sort sure thanks then thing things time today "
        "together upon way welcome whole whom yes yourself"
    )
    | _words("didn doesn don isn wasn won ll re ve")  # parts of "didn't" and "we'll"
)

# Words between a negation and the word that it negates; they make no statement of their own.
NOT_NEGATED = (
    _CORE
    | OBJECT_PRONOUNS
    | TIME_PREPOSITIONS
    | FINAL_ADVERBS
    | DISCOURSE_MARKERS
    | GREETINGS
    | _words("ahead anymore being example let little otherwise shall slightly time")
)

# Words that must be followed by a noun, a verb or a clause; no sentence ends with them.
NOT_LAST_WORDS = (
    _CORE
    | NEGATED_AUXILIARIES
    | OPINION_VERBS
    | SUBJECT_CONTRACTIONS
    | OTHER_DETERMINERS
    | OTHER_PREPOSITIONS
    | COORDINATORS
    | SUBORDINATORS
    | OTHER_SUBORDINATORS
    | NEGATORS
    | FILLERS
    | _words(
        "another basically believe called different during er guess hope is're means needs per says sure unless wanna "
        "whose within"
    )
)

# Words that rarely end an English sentence, but often end a fragment that was split at a pause.
SELDOM_LAST_WORDS = (
    FOCUS_ADVERBS
    | TIME_PREPOSITIONS
    | _words(
        "alright another basically between during essentially every go make many maybe obviously probably several "
        "sometimes such take though toward towards usually various within without yeah"
    )
)

# Words that start a new clause; a negation does not apply across them.
CLAUSE_LINKS = COORDINATORS | SUBORDINATORS | _words("although then though")

# First words of clauses; a text without full stops can be split before them.
CLAUSE_OPENERS = SUBORDINATORS | DISCOURSE_MARKERS | _words("and but so that then therefore where")

# Words after which a text without full stops is not split.
NOT_CUT_AFTER = (
    ARTICLES
    | SUBJECT_PRONOUNS
    | POSSESSIVES
    | PREPOSITIONS
    | COORDINATORS
    | _words("are be because can has have if is that then this very was were which will")
)

# Words that cannot be the counted noun after a number.
NOT_COUNTED = ARTICLES | PREPOSITIONS | COORDINATORS | _words("are i is it per that was we were you")

# Pronouns that do not identify a person.
UNNAMED_PERSONS = SUBJECT_PRONOUNS | _words("nobody none somebody someone")

# Words that titles capitalise although they are not names.
CAPITALISED_IN_TITLES = (
    ARTICLES
    | DEMONSTRATIVES
    | QUESTION_WORDS
    | PREPOSITIONS
    | _words("all and any are be but can do don if is it no not or our we when will you your")
)

# The most frequent words of English text, of any class; they distinguish it from other languages.
MOST_FREQUENT = _words(
    "the and to of that is in it you this for we so on are have with be can what not i a as but do they there"
)
