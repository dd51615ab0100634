/** How filters are put together. */
export const FILTER_RULES: readonly string[] = `
Sep <- COMMA : comma
Sep <- AND : and
Sep <- OR : or
Sep <- SLASH : or
Sep <- COMMA AND : and
Sep <- COMMA OR : or

# Words of few values
Cat <- CAT : first
CatList <- Cat : list
CatList <- Cat Sep DET? CatList : list
F <- CatList : category
F <- GUESS DET? PASSWORD : guessing 0.3
F <- GUESS DET? SvcList PASSWORD : guessing 0.3
F <- GUESS DET? PASSWORD (OF|TO_ADDRESS) SvcList : guessing 0.3
F <- CatList ATTACK : category
F <- ATTACK (OF|ABOUT_ADDRESS)? CatList : category 0.1
Svc <- SVC : first
SvcList <- Svc : list
SvcList <- Svc Sep DET? SvcList : list
F <- SvcList : service
App <- APP : first
F <- App : appProtocol
Proto <- PROTO : first
ProtoList <- Proto : list
ProtoList <- Proto Sep DET? ProtoList : list
F <- ProtoList : protocol
Dec <- DEC : first
DecList <- Dec : list
DecList <- Dec Sep DET? DecList : list
F <- DecList : decision
Lvl <- LEVEL : first
Lvl <- CRITICAL : critical
LvlList <- Lvl : list
LvlList <- Lvl Sep LvlList : list
F <- CRITICAL : criticalOnly
F <- LvlList PRIORITY : priority 0.3
F <- PRIORITY BARE_CMP? AUX? LvlList : priority 0.3
F <- LvlList CONFIDENCE : confidenceLevel 0.3
F <- CONFIDENCE BARE_CMP? LvlList : confidenceLevel 0.3
F <- ALERT : alert
F <- NEEDS_ANALYSIS : needsAnalysis 0.2

# Fields and numbers
Fd <- FIELD : field
Fd <- SCORE : finalScore
Fd <- ML : mlScore -0.4
Fd <- FAST : fastScore -0.4
Fd <- FINAL SCORE : finalScore
Fd <- SCORE FINAL : finalScore
Fd <- ML SCORE : mlScore 0.2
Fd <- SCORE OF? ML : mlScore 0.2
Fd <- FAST SCORE : fastScore 0.2
Fd <- SCORE OF? DET? FAST : fastScore 0.2
Fd <- CONFIDENCE SCORE : confidence 0.2
Fd <- SCORE OF CONFIDENCE : confidence 0.2
Fd <- CONFIDENCE : bareConfidence
Fd <- MODEL_NAME MODEL? SCORE : modelScore 0.3
Fd <- SCORE OF? DET? MODEL OF? MODEL_NAME : modelScore 0.3
Fd <- SCORE OF? DET? MODEL_NAME MODEL? : modelScore 0.2
Fd <- SCORE MODEL_NAME : modelScore 0.2
Qty <- NUMBER : quantity
Qty <- WORDNUM : quantity
Qty <- NUMBER SCALE : quantityScaled
Qty <- WORDNUM SCALE : quantityScaled
Qty <- NUMBER PERCENT : percent 0.1
Qty <- PCT : percentToken
Qty <- (NUMBER|WORDNUM|AN) SIZE : sized 0.1
Qty <- SIZED : sizedToken
Qty <- RATE : rateToken
Qty <- (NUMBER|WORDNUM|AN) UNIT : timed 0.1
Qty <- TIMED : timedToken
Qty <- (NUMBER|WORDNUM|AN) SIZE PER_SECOND : sizedRate 0.2
Qty <- SIZED PER_SECOND : sizedTokenRate 0.2
Comp <- CMP Qty : compare
Comp <- Qty OR_MORE : orMore
Comp <- Qty OR_LESS : orLess
Comp <- FROM_NUMBER Qty TO_NUMBER Qty : range
Comp <- BETWEEN Qty AND Qty : range 0.2
Comp <- FROM_NUMBER Qty AND Qty : range
Comp <- Comp AND Comp : compareBoth
Comp <- Comp COMMA? Comp : compareBoth -0.1
F <- Fd BARE_CMP? AUX? Comp : fieldCompare 0.3
F <- Fd BARE_CMP? Qty : fieldEquals -0.2
F <- Fd BARE_CMP? Qty TO_NUMBER Qty : fieldRange 0.3
F <- Comp OF? Fd : fieldCompare 0.3
F <- Comp OF Fd : fieldCompare 0.3
F <- Qty OF? Fd OR_MORE : fieldOrMore 0.3
F <- Qty OF? Fd OR_LESS : fieldOrLess 0.3
F <- VERY? LEVEL Fd : fieldLevel 0.2
F <- Fd BARE_CMP? AUX? VERY? LEVEL : fieldLevel 0.2
F <- VERYLEVEL Fd : fieldVery 0.2
F <- Fd VERYLEVEL : fieldVery 0.2
F <- LASTING BARE_CMP? Comp : lasting 0.2
F <- Comp OF LASTING : lasting 0.2
F <- Comp : bareCompare
F <- (UPLOAD|SENT) BARE_CMP? Comp : sentCompare 0.3
F <- Comp OF? (UPLOAD|SENT) : sentCompare 0.3
F <- (DOWNLOAD|RECEIVED) BARE_CMP? Comp : receivedCompare 0.3
F <- Comp OF? (DOWNLOAD|RECEIVED) : receivedCompare 0.3

# Ports
Ports <- NUMBER : portList
Ports <- NUMBER Sep PORT? Ports : portList
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? (PORT|DEST_PORT) Ports : destinationPort 0.3
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? SOURCE_PORT Ports : sourcePort 0.7
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? (PORT|DEST_PORT|PORT_RANGE) FROM_NUMBER? NUMBER TO_NUMBER NUMBER : destinationRange 0.5
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? (PORT|DEST_PORT|PORT_RANGE) FROM_NUMBER NUMBER AND NUMBER : destinationRange 0.5
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? SOURCE_PORT FROM_NUMBER? NUMBER TO_NUMBER NUMBER : sourceRange 0.9
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? SOURCE_PORT FROM_NUMBER NUMBER AND NUMBER : sourceRange 0.9
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? (PORT|DEST_PORT) Comp : destinationCompare 0.3
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? SOURCE_PORT Comp : sourceCompare 0.7
F <- TO_ADDRESS NUMBER : wellKnownPort
F <- Proto SLASH NUMBER : protocolPort 0.3

# Addresses and names
Addr <- ADDRESS : first
Addr <- NETWORK : first
Addr <- HOSTWORD OF? Addr : last
AddrList <- Addr : list
AddrList <- Addr Sep AddrList : list
F <- FROM_ADDRESS DET? AddrList : source 0.5
F <- TO_ADDRESS DET? AddrList : destination 0.5
F <- ABOUT_ADDRESS DET? AddrList : either 0.2
F <- AddrList : either
F <- FROM_ADDRESS DET? HOSTWORD? NOT AddrList : notSource 0.6
F <- TO_ADDRESS DET? HOSTWORD? NOT AddrList : notDestination 0.6
F <- BETWEEN DET? Addr AND DET? Addr : betweenAddresses 0.5
F <- OF Addr TO_ADDRESS Addr : sourceToDestination 1.2
Name <- DOMAIN : first
Name <- HOSTWORD Name : last
Name <- GKEY Name : last
NameList <- Name : list
NameList <- Name Sep NameList : list
F <- UNDER DET? NameList : nameUnder 0.3
F <- NameList : nameUnder
F <- (FROM_ADDRESS|TO_ADDRESS|ABOUT_ADDRESS) DET? NameList : nameUnder 0.3
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? INTERFACE WORD : interfaceName 0.5
F <- (TO_ADDRESS|ABOUT_ADDRESS|FROM_ADDRESS)? DET? NODE WORD : nodeName 0.5

# Directions
F <- FROM_ADDRESS DET? OUTSIDE : fromOutside 0.5
F <- TO_ADDRESS DET? OUTSIDE : toOutside 0.5
F <- OF OUTSIDE : fromOutside 0.3
F <- FROM_ADDRESS DET? INSIDE : fromInside 0.5
F <- TO_ADDRESS DET? INSIDE : toInside 0.4
F <- FROM_ADDRESS DET? INSIDE TO_ADDRESS DET? OUTSIDE : insideOut 1
F <- FROM_ADDRESS DET? OUTSIDE TO_ADDRESS DET? INSIDE : outsideIn 1
F <- INSIDE TO_ADDRESS DET? OUTSIDE : insideOut 1.2
F <- OUTSIDE TO_ADDRESS DET? INSIDE : outsideIn 1.2
F <- OF INSIDE TO_ADDRESS DET? OUTSIDE : insideOut 1.2
F <- OF OUTSIDE TO_ADDRESS DET? INSIDE : outsideIn 1.2
F <- FROM_ADDRESS? DET? EXTERNAL_SOURCE : fromOutside 0.4
F <- FROM_ADDRESS? DET? INTERNAL_SOURCE : fromInside 0.4
F <- (TO_ADDRESS|ABOUT_ADDRESS)? DET? EXTERNAL_TARGET : toOutside 0.4
F <- (TO_ADDRESS|ABOUT_ADDRESS)? DET? INTERNAL_TARGET : toInside 0.4
F <- FLOW : direction
F <- WITH DET? OUTSIDE : toOutside 0.2
F <- WITH DET? INSIDE : toInside 0.2
F <- CONTACT DET? OUTSIDE : toOutside 0.4
F <- CONTACT DET? INSIDE : toInside 0.4

# Engines
Fill <- AUX : first
Fill <- AUX AUX : first
F <- FAST Fill? FIRED Fill? : fastFired
F <- FIRED_BY DET? FAST : fastFired
F <- FIRED Fill? DET? FAST : fastFired -0.2
F <- FAST Fill? NOT Fill? FIRED Fill? : fastMissed 0.3
F <- NOT Fill? FIRED Fill? DET? FAST : fastMissed 0.3
F <- NOT FIRED_BY DET? FAST : fastMissed 0.3
F <- FAST Fill? MISSED Fill? : fastMissed 0.1
F <- MISSED_BY DET? FAST : fastMissed 0.2
F <- MISSED Fill? DET? FAST : fastMissed
F <- ML Fill? FIRED Fill? : mlFired
F <- FIRED_BY DET? ML : mlFired
F <- FIRED Fill? DET? ML : mlFired -0.2
F <- ML Fill? NOT Fill? FIRED Fill? : mlMissed 0.3
F <- NOT Fill? FIRED Fill? DET? ML : mlMissed 0.3
F <- NOT FIRED_BY DET? ML : mlMissed 0.3
F <- NOT BY? DET? ML : mlMissed 0.2
F <- NOT BY? DET? FAST : fastMissed 0.2
F <- ML Fill? MISSED Fill? : mlMissed 0.1
F <- ML Fill? DISAGREED : mlMissed 0.1
F <- ML Fill? NOT Fill? AGREED : mlMissed 0.3
F <- ML Fill? DISAGREED ABOUT_ADDRESS DET? FAST : mlMissed 0.3
F <- ML Fill? NOT : mlMissed -0.2
F <- FAST Fill? NOT : fastMissed -0.2
F <- ML Fill? AGREED : mlFired
F <- FAST Fill? AGREED : fastFired
F <- FAST Fill? DISAGREED : fastMissed
F <- FAST Fill? DISAGREED ABOUT_ADDRESS DET? ML : fastMissed 0.3
F <- MISSED_BY DET? ML : mlMissed 0.2
F <- MISSED Fill? DET? ML : mlMissed
F <- DISAGREED DET? ML : mlMissed
Mdl <- MODEL_NAME MODEL : modelName 0.2
Mdl <- MODEL OF? MODEL_NAME : modelName 0.2
F <- Mdl Fill? FIRED Fill? : modelFired 0.2
F <- FIRED_BY DET? Mdl : modelFired 0.2
F <- FIRED Fill? DET? Mdl : modelFired
F <- Mdl Fill? MISSED Fill? : modelMissed 0.2
F <- Mdl Fill? NOT Fill? FIRED Fill? : modelMissed 0.4
Both <- ENGINES : first
Both <- FAST AND DET? ML : first
Both <- ML AND DET? FAST : first
F <- Both Fill? DISAGREED : disagreed 0.4
F <- Both Fill? NOT Fill? AGREED : disagreed 0.6
F <- DISAGREED DET? Both : disagreed 0.3
F <- DISAGREED BETWEEN DET? Both : disagreed 0.4
F <- DISAGREED : disagreed -0.3
F <- Both Fill? AGREED : agreed 0.4
F <- AGREED Fill? DET? Both : agreed 0.3
F <- FIRED_BY DET? Both : agreed 0.3
F <- Both Fill? FIRED Fill? : agreed 0.3
F <- CONSENSUS : agreed
F <- CONSENSUS (OF|BETWEEN) DET? Both : agreed 0.2
F <- ONLY DET? FAST Fill? FIRED? : fastOnly 0.6
F <- FAST ONLY : fastOnly 0.4
F <- FIRED_BY? ONLY? BY? DET? FAST ONLY : fastOnly 0.4
F <- (FIRED_BY|FIRED)? ONLY (BY|FROM_ADDRESS)? DET? FAST : fastOnly 0.5
F <- ONLY DET? ML Fill? FIRED? : mlOnly 0.6
F <- ML ONLY : mlOnly 0.4
F <- FIRED_BY? DET? ML ONLY : mlOnly 0.4
F <- (FIRED_BY|FIRED)? ONLY (BY|FROM_ADDRESS)? DET? ML : mlOnly 0.5

# What is like what
TX <- BEHAVIOUR : behaviour
TX <- Cat LIKE : behaviourLike 0.4
TX <- BEHAVIOUR LIKE : behaviourLike 0.4
TX <- (LOOKS_LIKE|LIKE) DET? Cat : behaviourLike 0.5
TX <- (LOOKS_LIKE|LIKE) DET? SVC Cat : behaviourLike 0.5
TX <- LOOKS_LIKE DET? BEHAVIOUR : behaviourLike 0.2
SIM <- (SIMILAR|LOOKS_LIKE|LIKE) DET? EVENT_ID? EVENT_ID? ID : similarTo 0.5

# Negation
NF <- OUTSIDE_OF DET? F : negatedOutside
NF <- NOT DET? F : negated
NF <- NOT (OF|ABOUT_ADDRESS|ON_TIME|BARE_CMP) DET? F : negated
NF <- NOT DET? ATTACK : negatedAttack
`.split("\n");
