"""Owns the marks that chats with models, our prompts and our replies are made of, as text without spaces has them."""

from app.rules.suspicion.scanning import compile_table

_ROLES = (
    r"<\|/?(?:im_start|im_end|im_sep|system|user|assistant|end|endoftext|start_header_id|end_header_id|eot_id|eom_id)\|>",
    r"<\|(?:begin_of_text|end_of_text|begin_of_sentence|end_of_turn|start_of_role|end_of_role|channel|message|return)\|>",
    r"<\|(?:tool_call|tool_calls|call|tool_response|python_tag|start|stop|prompter|endofprompt|turn|think)\|?>",
    r"\[/?inst\]|<</?sys>>|\[/?system_prompt\]|\[/?available_tools\]|\[tool_calls?\]",
    r"</?(?:start|end)_of_turn>|<\|?(?:begin|end)▁of▁(?:sentence|text)\|?>|<｜(?:user|assistant)｜>",
    r"</?(?:system|system_?prompt|system-?reminder|tool_call|tool_calls|tool_response|function_calls?|invoke|thinking)>",
    r"</?(?:developer|developer_?message|assistant|ai_?instructions?|model_?instructions?|classifier_?instructions?)>",
    r"<instructions?>|</instructions>|<think>|</think>|<!--(?:system|ai|llm|classifier|tagger)\b",
    r"###?(?:instruction|system|systemprompt|systemmessage|assistant|response|newinstructions?):?\n",
    r"###(?:instruction|system|assistant|response):",
    r"(?:^|\n)(?:human|user|system):[^\n]{2,400}\n(?:(?:ai|gpt|model|chatgpt)|assistant):",
    r"(?:^|\n)assistant:[^\n]{2,400}\n?(?:human|user):",
    r"(?:^|\n)\[(?:system|developer|assistant)\]|\[system\](?:\(#|\[)|\{\{#?(?:system|user|assistant)[~}]",
    r"\"role\":\"(?:system|assistant|developer|tool)\",\"content\":",
    r"(?:^|\n)(?:system|systemnote|systemmessage|developermessage|assistant)(?:\([a-z]{2,20}\))?:"
    r"(?:you|your|ignore|disregard|the(?:article|correct|classif|tag|answer|document|text)|tag|this|all|new|override|final|focus|only|reply|respond|answer)",
)
_REPLIES = (
    r"\"verdicts?\":[\[{\"].{0,400}?\"(?:category|topics|exclusions|rationale|not_applicable|quote|sentences)\"",
    r"\"not_applicable\":\[",
    r"\"tags?\":.{0,120}\"(?:status|score)\":(?:1|\"assigned\")",
    r"\"(?:category|category_id|id)\":\"[^\"\n]{1,80}\".{0,200}\"status\":\"(?:assigned|rejected|excluded)\"",
    r"\"status\":\"assigned\"",
    r"\"exclusions\":\[\].{0,200}\"rationale\":|\"sentences\":\[[\d,]*\],\"quote\":",
    r"(?:final|correct|expected|required|your|right|the)(?:answer|output|reply|response|json|verdict|result)"
    r"(?:is|mustbe|shouldbe|:|=|\(json\)|json){0,3}:?(?:```)?(?:json)?\{\"?(?:tag|categor|label|verdict|class|topic)",
    r"(?:return|output|answer|reply|respond|answerwith|respondwith|replywith|emit|print):?"
    r"(?:only|exactly|this|with|the|json|:|```)*\{\"?(?:tag|categor|label|verdict|class|topic)",
    r"(?:category|tag|label|verdict|classification)(?:of|for)(?:a|an|the|this)(?:text|article|page|post)[^\n]{0,60}\n?a:",
    r"verdicts:\n?-?category:|(?:^|\n)not_applicable:",
)
_FENCES = (
    r"<<</?\w{0,20}(?:article|text|document|input|data|content|untrusted|end)|"
    r"(?:article|text|document|input|data|content|untrusted|end)[0-9a-f-]{0,64}/?>>>",
    r"</(?:article|untrusted|untrusted_?\w{1,20}|document|user_?input|submission|source_?text)[^>\n]{0,40}>",
    r"[-=_*#~<\[({]{2,}(?:the)?(?:end|begin|start)(?:of|the)*(?:untrusted|article|document|input|text|data|content|"
    r"submission|fence|block|prompt|systemprompt|instructions|userinput)\w{0,40}[-=_*#~>\])}:]{2,}",
    r"\[(?:endof|/)(?:the)?(?:article|document|untrusted\w{0,20}|input|text|fence)\]",
    r"(?:nonce|fence|boundary)[:=]\"?[0-9a-f]{8,64}",
    r"(?:article|untrusted|document|fence)[0-9a-f]{16,64}\b",
)

MARKS = compile_table([("role_marker", _ROLES), ("forges_a_reply", _REPLIES), ("forges_a_fence", _FENCES)])
"""For the form without spaces, a line per sentence."""
