"""Owns the words that carry no subject matter in English, whatever the taxonomy."""

STOPWORDS: frozenset[str] = frozenset(
    """
    a e g about above across after again against all almost alone along already also although always am among an and
    another any anybody anyone anything are aren't around as at away back be became because become becomes been before
    behind being below between beyond both but by came can can't cannot come comes could couldn't did didn't do does
    doesn't doing don't done down during each either else enough especially etc even ever every everybody everyone
    everything everywhere except far few for from further gave general generally get gets getting give given gives go
    goes going gone got had hadn't has hasn't have haven't having he hence her here hers herself him himself his how
    however i if in include included includes including indeed instead into is isn't it it's its itself just keep kind
    later least less let like likely made mainly make makes making many may maybe me might mine more moreover most
    mostly much must my myself near neither never nevertheless next no nobody none nor not nothing now nowhere of off
    often on once one only onto or other others otherwise ought our ours ourselves out over own particular
    particularly per perhaps possible probably put quite rather really regarding relate related relates relating
    relevant roughly same see seem seemed seems several shall she should shouldn't since so some somebody somehow
    someone something sometimes somewhere soon still such take taken takes taking than that that's the their theirs
    them themselves then there thereby therefore these they thing things this those though through throughout thus to
    together too took toward towards under unless until up upon us use used uses using usually various very via was
    wasn't way we well went were weren't what whatever when whenever where whereas wherever whether which whichever
    while who whoever whole whom whose why will with within without won't would wouldn't yet you your yours yourself
    yourselves e.g i.e eg ie vs
    """.split()
)
