"""Owns the vocabulary of how a subject is treated: shallowly, with an opinion, well or badly."""

DEPTH = (
    "superficial|superficially|shallow|ceremonial|cursory|surface-level|passing|fleeting|incidental|tangential|token"
    "|trivial|perfunctory"
    "|bare|mere|buzzword-driven|casual|one-line|single-sentence|minor|peripheral|brief|vague|sketchy|thin"
)
"""Adjectives of shallow treatment, where they stand before a noun of mention or open the bullet."""

DEPTH_HINTS = "high-level|generali[sz]ed|abstract|introductory|top-level|sweeping|big-picture"
"""Adjectives that say something about depth but do not decide it."""

RITUAL = "ceremonial|ritual|ritualistic|performative|cargo-cult|dogmatic|tokenistic"
"""Shallow in attitude as well as in words: a stance, too."""

TREATMENTS = (
    "mentions?|references?|interpretations?|treatments?|coverage|discussions?|overviews?|summaries|summary|allusions?"
    "|remarks?|comments?"
    "|explanations?|descriptions?|introductions?|uses?|usage|nods?|applications?|name-dropping|accounts?|analys[ei]s"
    "|explorations?|comparisons?|appearances?|asides?"
)
"""Nouns for how something is treated; with `DEPTH` before them they are depth, not subject."""

DEPTH_TAILS = (
    r",? (?:(?:only|merely|just) )?(?:mentioned (?:(?:only|merely|just) )?)?(?:in passing|superficially|tangentially"
    r"|briefly|as an aside|incidentally|in name only)\b"
    r"(?:(?:,| or| and) .*)?"
    r"|,? (?:is|are) (?:(?:only|merely|just) )?(?:incidental|secondary|peripheral|tangential|marginal|a side issue)"
    r"|,? (?:is|are) not (?:the|a|their|its) (?:main|primary|central|principal|chief) (?:subject|focus|topic|theme"
    r"|point|concern)"
)
ABSTRACT_TAILS = (
    r",? (?:in the abstract|in abstract terms|in general|in general terms|at a high level|in broad terms|in theory "
    r"only)"
)

BARELY = r"(?:only|merely|just|simply|(?:no|little|nothing|not much) more than|nothing but)"
INCIDENTAL_ROLES = (
    r"(?:is|are|was|were|(?:serves?|appears?|figures?|features?|acts?|functions?|comes? up) (?:as|in|for))"
    rf"(?: {BARELY})?(?: (?:as|in|for))? (?:(?:a|an|the|any|part of|mere|empty|fashionable|convenient)\s+)*+"
    r"(?:scenery|back(?:ground|drop|cloth)|setting|d[eé]cor|decoration|ornament|window[ -]dressing|label|name|buzzword"
    r"|catch(?:word|phrase)|slogan|word|footnote|afterthought|aside|side (?:note|issue)|sideline|prop|extra|anecdote"
    r"|metaphor|analogy|occasion|pretext|hook|peg|garnish)s?\b.*"
)
"""What is said of a subject that is there but not discussed: "in which X is part of the scenery"."""

STANCE_STEMS = (
    "misinterpret|misrepresent|misunderstand|misunderstood|misus|misappl|mischaracteri[sz]|misstat|mislead|mistak"
    "|misread"
    "|misconstru|distort|triviali[sz]|oversimplif|romantici[sz]|glorif|glamori[sz]|sensationali[sz]|exaggerat"
    "|downplay|promot"
    "|advocat|endors|suggest|equat|conflat|confus|dismiss|undermin|argu|contradict|justif|defend|discredit|ridicul|mock"
    "|idealis|idealiz|recommend|encourag|advertis|denigrat|belittl|criticis|criticiz|deny|deni|overstat|understat"
    "|caricatur|champion|celebrat|incit|condon|normali[sz]|disparag|vilif|favou?r|weaponi[sz]|attack|pretend|oppos|prais"
    "|market"
)
"""Verbs of opinion: whether they hold, no word of the article tells."""

PRAISE_STEMS = (
    "promot|advocat|endors|suggest|recommend|encourag|advertis|champion|celebrat|favou?r|market|idealis|idealiz"
    "|defend|justif"
)
"""Stances whose "as Y" is a judgement of value and not another subject: "promotes X as the best way"."""

FRAMING_STEMS = "treat|fram|portray|position|present|view|regard|reduc|depict|cast|describ|see|use|defin|consider"
FRAMING_FINITE = "(?:treats|frames|portrays|describes|depicts|regards|reduces|considers|defines)"
"""Verbs that are a stance only with "as", "to" or "like": "treats X as just Y"."""

STANCE_ADJECTIVES = (
    "sensationali[sz]ed|sensational|romantici[sz]ed|ideali[sz]ed|glamori[sz]ed|exaggerated|misleading|distorted"
    "|biased|one-sided"
    "|propagandistic|mistaken|misguided|false|unfounded|oversimplified|conspiratorial|partisan|inaccurate|incorrect"
)
"""Adjectives of opinion about a treatment: "exaggerated accounts of X"."""

STANCE_NOUNS = (
    "misinterpretations?|misrepresentations?|misconceptions?|misunderstandings?|misus(?:e|es|age)|misapplications?"
    "|misreadings?|mischaracteri[sz]ations?|distortions?|triviali[sz]ations?|oversimplifications?|glorification"
    "|romantici[sz]ation|promotions?|advocacy|endorsements?|conflations?|dismissals?|caricatures?|criticisms?|praise"
    "|advertis(?:ing|ements?)|misstatements?|confusion|celebrations?|defen[cs]es?|denials?|justifications?|arguments?"
    "|apologias?|attacks?|myths"
)
"""The same as nouns; a stance only where "of", "for", "against" or "about" follows."""

MERELY = (
    r"(?:merely|just|only|simply|purely|solely|nothing more than|little more than|no more than|nothing but|mere"
    r"|primarily)"
)

DOCTRINAL_VERBS = (
    r"(?:align|conform|adher|compl|follow|deviat|depart|diverg|stray|uphold|honou?r|contradict|conflict|respect|stay"
    r"|accord|agree|match)"
)
DOCTRINES = (
    r"(?:principles?|theor(?:y|ies)|philosoph(?:y|ies)|tenets?|definitions?|values?|canon|spirit|intent|teachings?"
    r"|doctrines?|guides?|rules|mindset)"
)
"""An article on the subject itself can break these: whether it does is a matter of judgement."""

MANNERS = (
    r"\b(?:theoretical|abstract|speculative|anecdotal|purely [\w-]+|promotional|opinion|opinionated|personal|satirical"
    r"|humorous|fictional|sponsored|opinion-based|one-sided|uncritical"
    r"|unsubstantiated|unsupported|unverified|subjective|simplistic|sensational(?:ist)?|partisan|polemical)\b"
)
"""Adjectives of an opener that say how a subject is treated: the subject alone does not settle it."""

QUALITY = (
    r"\b(?:actionable|recogni[sz]ed|insightful|high-quality|low-quality|poor|poorly|good|bad|useful|valuable|credible"
    r"|interesting|well-written|badly|unhelpful|boring|biased|inaccurate|misleading|outdated|unreliable|offensive"
    r"|inappropriate)\b"
)
DEEP = (
    r"\b(?:meaningful|meaningfully|genuine|genuinely|thoughtful|deep|in-depth|rigorous|real|serious|true|proper"
    r"|nuanced|critical)\b"
)
"""Words of quality; where they are all that decides, people must."""
