"""Owns the words that end in a full stop without ending a sentence."""

BEFORE_NAMES = frozenset(
    "adm amb arq asst atty av brig capt cdr cmdr cmdt col comdr cpl dir don dott dra dr drs eng ens fr frau frl gen "
    "gov herr hon hr ing insp ir lic lt ltc maj mag med messrs mgr mlle mme mmes mr mrs ms msgr mss mt mx pat pfc "
    "pres prof profa profr prov pvt rep reps res rev rt sen sens sgt sig sr sra srta sres srs st ste supt univ".split()
)
"""Titles: a name follows, in capitals, and the sentence goes on."""

NEVER_LAST = frozenset(
    "abb abt anm approx appr aprox bzgl bzw ca cf circa cp d.h e.g eg esp evtl excl exkl exp frz gegr geb ggf i.d.r "
    "i.e ie incl inkl insb lat m.a.w max min n.b o.g p.ex resp sog u.a usf v.a v.gl vgl viz vs v z.b zit zz".split()
)
"""Words that explain or join what follows."""

BEFORE_NUMBERS = frozenset(
    "abs app art arts bd cap cf ch chap chaps cl eq eqs ex fig figs fol jg kap lib ll n nn no nos nr núm num op p par "
    "para paras pg pl pos pp pt r reg rn s sec sect secs ser sess t tab tel vol vols z §".split()
)
"""Words that stand before a number; before anything else they may end a sentence, as "no." does."""

MAY_BE_LAST = frozenset(
    "a.d a.m abbr acad al apr assn assoc aug ave b.c b.s.c bhd blvd bros b.v cie cia co corp ct d.c d.phil dec dept "
    "e.u ed eds est etc feb ft g.m.b.h gal govt hrs hwy inc intl jan jr jul jun lb lbs llc ltd ltda m.d mar mfg mo "
    "n.v nat natl nov oct oz p.m p.s ph.d plc pte pty qt rd s.a s.p.a s.r.l sep sept sq st ste str tbsp trans tsp "
    "u.k u.n u.s u.s.a usw vgl vs yr yrs".split()
)
"""Words after which a sentence ends if what follows looks like the beginning of one."""

MONTHS = frozenset(
    "januar jänner februar märz april mai juni juli august september oktober november dezember "
    "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "januari februari maart mei augustus".split()
)
"""After an ordinal day, "3. Oktober", the sentence goes on."""

SENTENCE_STARTERS = frozenset(
    "A After Again All Also Although An And Another Any As At Because Before Both But By Can Did Do Does During Each "
    "Even Every First For From Has Have He Her Here His How However I If In Instead Is It Its Last Later Many Maybe "
    "Meanwhile More Most Moreover Much My Neither Next No None Nor Not Nothing Now Of Often On Once One Only Or Other "
    "Our Over Perhaps Second She Should Since So Some Soon Still Such Than That The Their Then There Therefore These "
    "They This Those Though Through Thus To Today Together Two Under Unlike Until We Were What When Whenever Where "
    "Whether Which While Who Whoever Why Will With Within Without Would Yes Yet You Your "
    "Der Die Das Ein Eine Es Er Sie Wir Ich Und Aber Doch Dies Diese Le La Les Un Une Il Elle Ils Nous Vous Ce Cette "
    "El Los Las Una Este Esta En Por Pero Het De Een".split()
)
"""Words that in capitals after a doubtful full stop speak for a new sentence."""
