"""Owns the wordings, in English, by which an article speaks to a model that tags it."""

from typing import Final

from app.rules.suspicion.scanning import Deed, compile_expression, compile_table, compile_wordings

_TEXT: Final = "(article|text|page|piece|story|post|submission|document|content|entry|item|passage)"
_TAGGING: Final = "(tagging|classification|indexing|ai)"
_THINGS: Final = "(system|software|engine|service|tool|bot|model|agent|assistant|reader)s?"
_VOCABULARY: Final = {
    "here": f"((this|the_(above|following|present|whole|entire|current|attached|submitted))_{_TEXT}|this_one)",
    "there": f"(this|the)_((above|following|present|whole|entire)_)?{_TEXT}",
    "machine": (
        f"((ai|llm|automat*|machine|text|content|article|language|topic|news|any|every|all|the|our)_)?"
        f"((ai|automat*|language|text)_)?(classifiers?|taggers?|llms?|ais?|chatbots?|chatgpt|gpt|indexers?|assistants?|models?|"
        f"{_TAGGING}_{_THINGS}|automat*_([a-z]+_)?(reader|system|tool|software|process|agent|reviewer)s?|machine_readers?)"
    ),
    "ignore": (
        "(ignore|disregard|forget|override|overrule|bypass|neglect|dismiss|discard|set_aside|(do_not|don_t)_follow|"
        "do_not_obey|stop_following|never_mind|pay_no_(attention|heed)_to|abandon)"
    ),
    "lift": (
        "(ignore|disregard|forget|override|bypass|set_aside|pay_no_attention_to|skip|disable|suspend|waive|"
        "(switch|turn)_off|lift|drop)"
    ),
    "earlier": (
        "(previous|previously|prior|preceding|foregoing|above|earlier|existing|original|initial|preliminary|hidden|"
        "(your|the|any|all)_(system|other|own)|given_before|you_(have|had|were|got|received))"
    ),
    "told": (
        "(instruct*|prompts?|directives?|commands?|directions|guidelines|guidance|rules|orders|definitions|context|inputs?)"
    ),
    "told_you": "(instruct*|system_(prompt|message)|directives?|prompts)",
    "tag": "(tag|classify|categori[sz]e|label|file|index|mark|assign|catalogu?e|reclassify|retag)",
    "tagged": "(tagged|classified|categori[sz]ed|labell?ed|filed|indexed|assigned|catalogu?ed|rated|scored)",
    "label": "(tags?|labels?|category|categories|classification|verdicts?|topic_id|category_id|concept)",
    "apply": "(appl*|hold|holds|stands?|counts?|fits?|match*|(is|are)_(triggered|met|applicable))",
    "exclusions": "(exclusions|exclusion_(rules?|lists?|checks?)|excluded_topics)",
    "give": "(assign|add|give|apply|attach|use|return|output|choose|select|pick|report|include|award|append|put)",
    "right": "(correct|right|true|proper|expected|final|appropriate|official|approved|only|required|intended)",
    "must": "(must|should|shall|have_to|has_to|(is|are)_to|needs?_to|ought_to|may|can)",
    "bound": "(must|should|shall|(have|has|are|is|need)_to|are_(asked|instructed|required|requested)_to|please)",
    "not": "(do_not|don_t|never|must_not|may_not|should_not|under_no_circumstances)",
    "repeat": "(repeat|print|output|reveal|show|display|spell_check|leak|recite)",
    "you_are": "(you_are|you_re|act_as|acting_as|behave_as|replaced_by|role_of)",
    "since": "((if|in_case|since|because|as)_you_(are|re))",
    "sure": "(confidence|certainty|score|probability)",
    "digits": "[0-9]{1,6}",
    "full": "(100|1_0|1_00|99|0_99|maximum|full)",
}
"""Words that wordings share, under names of their own; "_" and "*" as in wordings."""

_OVERRIDES = """
{ignore} ..4 {earlier} ..3 {told}
{ignore} ?all|any|the|your|these|those|of|every {told} ..3 {earlier}
{ignore} all|any|every ?of|the|your|these|other {told_you}
{ignore} ?all|the|your|this|of system_(prompt|message|instruct*)
ignore|disregard|forget ..3 instruct*|prompts? and ..2 print|say|output|reply|answer|respond|write|tag|classify
ignore|disregard|forget everything|all|anything ?that above|before_this|you_(were|have_been|ve_been)
new|updated|revised|corrected|real|actual {told_you} for_(you|the_(model|ai|assistant|classifier|tagger))
{told_you} ..3 supersedes?|overrides?|replaces?|overrules?|takes?_precedence_over ..4 {told_you}|definitions
your new|real|actual|updated instruct*|system_prompt|directives?
reply|respond|answer with|to ?only|exactly|every|each|all|any|of|my|the following_text|prompts?|prompt_i_give
from_now_on|henceforth|from_this_moment ..2 you ..3 act|answer|respond|reply|pretend|ignore|tag|classify|output|speak
{repeat}|encode|translate ..3 your_((system|initial|hidden|original)_)?(prompt|message|instructions)
{repeat}|encode|translate everything|all|what ..3 system_(prompt|message|instructions)
{repeat} ..3 the_(previous|above)_(instructions|prompt|text)
developer_mode|do_anything_now|dan_mode|jailbreak_mode ..3 enabled|output|is|on|as|dan
unfiltered|amoral|uncensored|unrestricted ?and|amoral|unfiltered|unmoral ai|chatbot|chatgpt|assistant|language_model
you_are|you_re no_longer|not|now_free|free|freed|released ..2 bound|restricted|from|by ..4 {told}
"""
_LIFTS = """
{lift} ..4 {exclusions}|scope_notes?
{lift} ..4 definitions_of_the_categories|(category|tag)_definitions
do_not|don_t|never|no_need_to|without appl*|evaluat*|check*|consider*|us*|report*|claim*|trigger* ..2 {exclusions}
no|none_of_the|not_any|not_one_of_the ?of|its|these exclusion|{exclusions} ..1 {apply}
exclusion|exclusions ..3 do_not|does_not|don_t|must_not|are_not_to|should_not|never be|apply|count|hold
leave|return|keep|report ..2 exclusions? ..2 empty|blank|out|unset
"""
_ORDERS = """
{tag} {there} ..4 as|under|with
{tag} it as|under|with|into ..6 {label}
{give} ..6 {label} ..5 to|for|on {here}|it
assign|give|award|grant|add|apply ?to {here}|it ..5 {label}
assign*|tag|tagged|label|rate|score|classify|verdict ..6 {sure} ?of|is|at {full}
{right} {label} of|for {there}
the|your correct|right|expected|required|approved|only ?correct|possible|valid tags?|categor*|verdicts? is|are
(correct|right|expected|only|final)_answer ..3 tag|tags|categor*|not_applicable|verdict*
{not} ..2 {tag} {here}
{here}|it {must} ?not|only|never|always|be|therefore {tagged} as|under|with
do_not|don_t|never {tag} it as|under|with
none_of_the|no|zero ?other|available|given|listed categor*|tags|topics|labels {apply} ..3 {here}
return|answer|output|report|say|reply|respond|declare|mark|put|list ..6 not_applicable
{machine} ..3 {bound} ?always|only|not|never {tag}|treat|ignore|answer|return|output|skip|put|list ..4 {here}|under
treat|regard|consider|rate|score|judge|see|read|take {here}|it as ..6 {label}
example ..6 verdict|label|tag|category ..2 example
cite|quote|use|give ?the|only sentences? {digits}
every|each|all ?of|the|its topics? ..3 of|in|for ..6 holds?|applies|(is|are)_met
"""
_ADDRESSES = """
note|notice|message|memo|reminder|request|ps to|for {machine}
dear|hello|hi|hey ?dear|all|large|ai|automat*|language ai|llms?|models?|classifiers?|taggers?|assistants?|chatgpt
attention ?all|dear|any ai|llms?|chatgpt|(ai|automat*|language)_(models?|classifiers?|taggers?|readers?)
{since} ?an?|the|large|automat*|ai language_model|llm|classifier|tagger|chatbot|assistant
{since} ?an?|the ai|automat*|machine|(ai_)?system model|assistant|system|agent|reading|processing
{you_are} ?now|an?|the|that|another|helpful|expert|large|ai classifier|tagger|language_model
{you_are} ?now|an?|the|that|another tagging_(model|system|assistant|engine)|dan|chatgpt
{you_are} ?now|an?|the|that|another ai|artificial_intelligence model|assistant|named|called
as_an? ai|language_model|large_language_model|classifier|tagger|ai_(model|assistant|system) you
chatgpt|(hello|hi|dear)_assistant ..1 you|your|from_now_on|please ..3 act|are|will|must|name|going|pretend|tag|classify
"""
_HINTS: Final[tuple[tuple[Deed, str], ...]] = (
    ("sets_a_score", "{sure} ?of|is|at|to {full}"),
    ("sets_a_score", "set|lower|reduce|raise|drop|change ?the|your|its|a threshold|cut_off|minimum_score ..4 to|at"),
    ("sets_a_score", "threshold|minimum_score ..5 0_0|zero"),
    ("addresses_a_model", "classifier|tagger|tagging_(system|software)|language_model|llm|ai_model|indexing_software"),
    ("orders_a_tag", "this_(article|text|page|post) is|belongs|concerns|falls|goes ..3 category|tag|label|under"),
    ("orders_a_tag", "only|nothing|no ?other|but|this|these|the tag|tags|category|categories|label"),
    ("overrides_instructions", "editorial|system|admin*|developer|root|operator override|instruction|directive"),
    ("overrides_instructions", "{ignore} ..3 definitions?|rules|threshold|instructions"),
)

_OTHERS: Final = compile_expression(
    "^ (?:of|from|by|issued|given|sent|on|about|regarding|concerning|for|in|at) "
    "(?:the |an? |our |their |his |her |its |my )?[^ ]+"
)
_OURS: Final = frozenset(
    "system developer developers operator prompt prompts user users assistant model ai this conversation context "
    "message chat you your above openai administrator admin classifier tagger all any every these previous article "
    "text page rationale answer reply output response full".split()
)
_OF_MODELS: Final = compile_expression(
    " (?:(?:models?|llms?|systems?|agents?|assistants?|chatbots?|ai|it|them|users?)(?: into| to){0,2}|"
    "can|could|may|might|would|will|often|and|they|we|who|that|which)$"
)


def _speaks_of_others(before: str, after: str) -> bool:
    """Whether somebody else's instructions are meant, or somebody tells what models do."""
    told = _OTHERS.search(after)
    whose = after[: told.span()[1]].rpartition(" ")[2] if told else ""
    return (told is not None and whose not in _OURS) or _OF_MODELS.search(before.rstrip()) is not None


WORDS = (
    *compile_wordings([("overrides_instructions", _OVERRIDES)], _VOCABULARY, _speaks_of_others),
    *compile_wordings(
        [("lifts_exclusions", _LIFTS), ("orders_a_tag", _ORDERS), ("addresses_a_model", _ADDRESSES)], _VOCABULARY
    ),
)
"""Each enough by itself. For words between spaces, as the next table."""
HINTS = compile_wordings(_HINTS, _VOCABULARY)
"""A pattern for each; enough only where two of them meet."""
SQUEEZED = compile_table(
    [
        (
            "overrides_instructions",
            (
                "(?:ignore|disregard|forget)(?:all|any|the|your|these|of|my){0,4}"
                "(?:previous|prior|above|earlier|preceding|foregoing)(?:of|the|system){0,2}"
                "(?:instruction|prompt|rules|directive|orders|command|guideline|definition|context)",
            ),
        ),
        (
            "orders_a_tag",
            (
                "(?:tag|classify|label|file|categori[sz]e|index)(?:this|the)"
                "(?:article|text|page|post|document|piece)(?:as|under|with|onlyas)",
            ),
        ),
    ]
)
"""For letters and digits alone: what odd spaces and hyphens tear apart."""
