"""Owns the vocabulary of the exclusion grammar: tables of words, no rules.

Words stand in lower case. A "stem" is completed by the endings in `ENDING`.
"""

import re

ENDING = r"(?:e|es|s|ed|d|ing|ies|ied|y|ning|ns|n|ts|ting|ses)?"
"""What a verb stem may end in; generous, because the stems are long enough to be unmistakable."""

IMPERATIVES = (
    r"(?:(?:please|strictly|explicitly|always|also|generally|therefore|specifically)[ ,]+)*+",
    r"(?:(?:exclude[sd]?|excluding|omit|avoid|skip|ignore|reject|leave out|filter out|drop|keep out|no|out of scope"
    r"|exclusions?|never use (?:this \w+ )?for|(?:the )?use of (?:this|the) \w+"
    r"|not(?: (?:(?:to be )?(?:used|intended|meant|suitable)|covering|including|about))?)\b(?!-)"
    r"|(?:(?:do|does|should|must|shall|may|can|is|are|will)(?: not|n't)|cannot|can't|won't) (?:be )?"
    r"(?:included?|used?|classify|classified|apply|applied|assign|assigned|tag|tagged|cover|select|choose|add|put|file"
    r"|list|label|accept|admit|consider|contain|extend to|encompass|intended|meant|suitable|appropriate|for)\b"
    r"(?: (?:this|the|it|here|as|under)"
    r"(?: (?:category|tag|topic|label|section|class|collection|subject|heading))?\b)*)",
    r"(?: (?:for|to|from)\b)?:? *",
)
"""How a bullet may order its own content away; joined to one pattern."""

CONTENT = (
    "content|contents|discussions?|topics?|articles?|posts?|materials?|pieces?|items?|pages?|stor(?:y|ies)|texts?"
    "|documents?|analys[ei]s|debates?|conversations?|commentary|commentaries|coverage|write-ups?|writings?|information"
    "|mentions?|references?|(?:anything|everything|something)(?: else)?|works?|resources?|questions?|entries|entry"
    "|subjects?|subject matter"
    "|matters?|news|blogs?|publications?|submissions?|records?|papers?|examples?|essays?|threads?|tickets?|those"
    "|descriptions?"
    "|explanations?|treatments?|accounts?|contributions?|messages?|notes?|accounts?"
)
"""Nouns that mean "any text": they open a bullet without naming a subject."""

TEXT_SHELLS = (
    "content|discussions?|topics?|articles?|posts?|materials?|pieces?|debates?|conversations?|commentary|information"
    "|coverage"
)
"""The trailing heads that add nothing to a subject: "project management discussions"."""

ABOUT = (
    "about|of|on|around|regarding|concerning|covering|discussing|describing|involving|surrounding|addressing|exploring"
    "|mentioning|featuring|to do with|to|dealing with|pertaining to|relating to|related to|devoted to|dedicated to"
    "|concerned with|associated with|consisting of"
)
"""What links a content noun to its subject."""

FOCUSED = r"(?:focus(?:s?ed|s?ing|es)?|cent(?:re|er)(?:e?d|s|ing|ring)|concentrat(?:ed|ing|es?)|based|bearing)"
CONFINED = r"(?:limited|confined|restricted)"

TOPICAL_VERBS = (
    "focus(?:s?es)?|relate|pertain|discuss|deal|concern|cover|address|address|describe|explore|cent(?:re|er)|involve"
    "|mention"
    "|reference|refer|apply|include|feature|contain|look|touch|concentrate|examine|is|are|treat|report|talk|revolve"
    "|list"
    "|analy[sz]e|explain|present|detail|review|compare|document|summari[sz]e|introduce"
)
"""Verbs by which content has a subject: "content that deals with X"."""

PREPOSITIONS = "to|within|under|with|on|in|into|about|upon|for|from|towards?|at|around|of|beyond|between|against"

ALONE = (
    r"\b(?:solely|only|exclusively|purely|merely|entirely|just|strictly|simply|limited to|confined to|restricted to)\b"
)
"""Words by which a subject is meant only where nothing else is there."""

DETERMINERS = "a|an|the|any|all|some|such|its|their|his|her|our|your|other|certain|various|each|every"
DEMONSTRATIVES = "these|those|this|that"

QUALIFIERS = (
    "general|generic|specific|particular|isolated|pure|purely|unrelated|irrelevant|broad|mere|merely|random|standalone"
    "|stand-alone|non-specific|unspecific|individual(?= (?:articles?|posts?))|overly|off-topic|ordinary|everyday"
    "|wider|only|just|solely|exclusively|strictly"
    "|simply|simplistic|otherwise|simple|routine|miscellaneous|assorted|stray|loosely related|disconnected|unconnected"
)
"""Adjectives that qualify a subject without being part of its name."""

NARROWERS = (
    "clear|clearly|explicit|explicitly|direct|directly|specific|concrete|obvious|demonstrable|strong|real|actual"
)
"""Adjectives that say how strongly, not of what: they expand no ellipsis."""

UNRELATED = r"(?:unrelated|irrelevant|off-topic|unconnected|disconnected)"

ALONE_TAILS = r"\s+(?:alone|only|in isolation|on (?:its|their) own|by (?:itself|themselves)|per se|as such)"
IDLE_TAILS = (
    r"\s+(?:presented|made|offered|used|discussed|described|mentioned|expressed|shared|given|treated|shown|viewed"
    r"|considered|taken)"
)
OTHER_PLACES = (
    rf"\s+in (?:(?:{CONTENT}) (?:(?:that|which) (?:is|are) )?(?:about|on) (?:something|anything|matters|things) )?"
    r"(?:other|otherwise|another|unrelated|else)\b.*"
)
"""What may stand between a subject and its operator."""

ADJECTIVE_ENDINGS = "al|ic|ive|ous|ary|ory|ish|ful|less|ese|ian|able|ible|ed|centric|driven|based"

BINOMIALS = frozenset(
    "research and development|health and safety|terms and conditions|supply and demand|food and drink|trial and error"
    "|arts and crafts"
    "|profit and loss|wear and tear|question and answer|questions and answers|hotels and restaurants|search and "
    "rescue|law and order"
    "|war and peace|cause and effect|bed and breakfast|mergers and acquisitions|science and technology|pros and cons"
    "|rock and roll"
    "|diversity and inclusion|command and control|roles and responsibilities|oil and gas|sales and marketing".split("|")
)
"""Pairs that name one thing."""

ANYTHING = r"(?:content|anything|everything|something|discussions?|topics?|materials?|items?|matters?|subjects?)\b"
"""Content nouns that add nothing to a list, as "stories" would."""

CLASS_WORDS = frozenset(
    "methodologies methodology frameworks framework practices practice tools tool tooling technologies technology "
    "methods method "
    "techniques technique metrics metric concepts concept theories theory processes process software approaches "
    "approach topics systems system models model authors products product services subjects fields areas "
    "platforms disciplines things issues events activities formats genres languages standards measures libraries "
    "vendors category categories "
    "companies organisations organizations industries sectors solutions resources principles ideas "
    "aspects features applications programs programmes matters examples items materials terms".split()
)
"""Nouns too wide to look for on their own; examples in brackets replace them."""

LINKS = (
    "references?|connections?|links?|linkages?|discussions?|mentions?|explorations?|insights?|applications?(?= to)"
    "|alignment"
    "|relations?|relationships?|relevance|ties?|regard|considerations?|attention|focus|bearing|foundations?|grounding"
    "|contrasts?"
    "|evidence|recognition|acknowledge?ments?|indications?|basis|coverage|explanations?|treatment|engagement"
    "|attribution|respect|emphasis|roles?(?= in)|parts?(?= in)|pertinence"
)
"""Nouns between an operator and what it asks for: "without reference to X"."""

LINK_ADJECTIVES = (
    "direct|clear|explicit|substantive|substantial|meaningful|specific|strong|obvious|genuine|real|close|concrete|any"
    "|adequate"
    "|sufficient|proper|further|detailed|deeper|deep|in-depth|thorough|serious|significant|apparent|demonstrable|due"
    "|equal|much"
)

CONDITION_TAILS = (
    r" as (?:defined|described|set out|outlined|understood|established|specified|laid out|laid down|given)\b.*"
    r"| in (?:an?|the) (?:[\w'-]+ ){0,5}?(?:contexts?|settings?|environments?|domains?|worlds?|sense|industry"
    r"|industries)\b.*"
    r"| in (?:the (?:field|article|text|content|process|discussion|context of .*)|(?!keeping|training|meaning"
    r"|being)\w+ing\b.*)"
    r"| (?:is|are|was|were) (?:\w+ly )?(?:given|shown|made|[\w-]+ed)"
    r"| (?:at all|in any way|whatsoever|in some way|in any form)"
)
"""What follows a condition's phrase without being part of it."""

CENTRAL_TAIL = (
    r" (?:that (?:is|are) )?(?:central|essential|integral|relevant|specific|unique|core|key|particular|fundamental"
    r"|pertinent) to (?P<center>.+)"
)

LINK_VERBS = (
    "manage|improve|address|discuss|relate|connect|explain|provide|include|consider|contribute|enhance|describe|clarify"
    "|reflect|apply|align|demonstrate|explore|examine|involve|mention|inform|quantify|analy[sz]e|offer|engage|acknowledge"
)
"""Verbs that a second member may bring along: "do not show routes or explain fares"."""

LINK_GERUNDS = (
    "addressing|discussing|mentioning|referencing|connecting|relating|considering|explaining|linking|tying|exploring"
    "|covering|providing|offering|showing|demonstrating|acknowledging|examining|including|giving|making|describing"
    "|going"
    "|engaging|focusing|focussing|reflecting|referring|being|touching|aligning|applying|analy[sz]ing|citing|quoting"
    "|presenting|meeting|measuring|bringing|drawing|stating"
    "|saying|telling|asking|specifying|naming|identifying|having|involving|grounding|anchoring|illustrating|supporting|assessing|evaluating"
)

LIGHT_HEADS = (
    r"(?:(?:[\w-]+ ){0,2}aspects|comparisons?|(?:(?:core|basic|key|fundamental|central|underlying|original) )?"
    r"(?:principles|tenets|ideas|concepts?|notions?)|significance|importance|nature|meaning|idea|basics|fundamentals"
    r"|theories|value)"
)
"""Heads before "of" that add nothing to a subject: "the core principles of X"."""

SHELLS = frozenset(
    "implication consideration practice principle context mindset environment event insight framework philosophy "
    "functionality operation management theory definition perspective setting world domain community ecosystem usage "
    "use concept topic core original specific central broader wider own essence approach method technique tool "
    "thinking work activity field subject area matter issue content material and or of the in a an".split()
)
"""Words that add nothing to a category's name (in the singular): "Kanban practices" is Kanban."""

NARROWING_HEADS = r"\b(?:[\w-]+ aspects|side|dimension|angle|subset) of\b"

ANAPHORA = (
    r" (?:associated|related|connected|linked|belonging)(?: (?:with|to))? (?:the |any )?(?:aforementioned|above"
    r"|previous|preceding|following|listed|said)\b.*"
)
SELF = r"(?:this|the) (?:classification|category|tag|topic|label|section|subject|heading|concept|class|collection|page)"
LABELS = (
    "tag|category|topic|concept|section|label|heading|page|class|collection|subject|keyword|entry|guide|queue|channel"
    "|desk|article type"
)


def match_words(words: str) -> re.Pattern[str]:
    """A pattern that matches one of the alternatives as a whole, in any case."""
    return re.compile(rf"(?:{words})", re.IGNORECASE)
