/** How numbers, groups, order and limits are put together. */
export const ASKING_RULES: readonly string[] = `
Key <- ROLE : key
Key <- GKEY : key
Key <- SOURCE_PORT : sourcePortKey
Key <- UNIT : unitKey
Key <- DAY_OF_WEEK : weekdayKey
KeyList <- Key : list
KeyList <- Key Sep DET? KeyList : list
Who <- ROLE : who
Who <- ACTOR : actor
Who <- SCANNER : scanner
Who <- VICTIM : victim
Who <- GKEY : who
Who <- ROLE PASSIVE : attackedWho 0.3
Who <- DIFFERENT Who : last
Who <- F Who : whoFilter -0.3
Who <- UNIT : unitWho -0.3
Who <- Who DIFFERENT : first
Who <- OUTSIDE : whoOutside 0.3
Who <- INSIDE : whoInside 0.3
Who <- EXTERNAL_SOURCE : whoOutside 0.5
Who <- EXTERNAL_TARGET : whoOutsideTarget 0.5
Who <- INTERNAL_TARGET : whoInsideTarget 0.5
Who <- INTERNAL_SOURCE : whoInside 0.5
AGG <- PER DET? KeyList : groups 0.2
AGG <- HOW_MANY DET? Who : distinct 0.2
AGG <- HOW_MANY DET? (NOUN|FLOWNOUN) : count 0.2
AGG <- HOW_MANY : count -0.2
AGG <- HOW_MUCH BYTES_NOUN : sumBytes 0.3
AGG <- BYTES_NOUN HOW_MUCH : sumBytes 0.3
AGG <- HOW_MUCH DET? Fd : sumField 0.3
AGG <- Fd HOW_MUCH : sumField 0.3
AGG <- STAT (OF|ABOUT_ADDRESS)? DET? Fd : stat 0.3
AGG <- Fd STAT : stat 0.3
AGG <- WHICH OF? DET? Who : which 0.1
AGG <- HOW_MANY Fd : sumField 0.3
AGG <- WHICH DET? TALKER : talkers 0.3
AGG <- WHO : whoAsked
AGG <- ACTOR : askedActor -0.1
AGG <- SCANNER : askedScanner -0.1
AGG <- VICTIM : askedVictim -0.1
AGG <- TALKER : talkers
AGG <- TOP Count? OF? MOST_ADJ? Who : top 0.4
AGG <- TOP Count? OF? TALKER : topTalkers 0.4
AGG <- Count? SUP (ACTOR|SCANNER|VICTIM) : topActors 0.3
AGG <- Count? SUP TALKER : topTalkers 0.3
AGG <- Count TOP Who : top 0.4
AGG <- Count TOP TALKER : topTalkers 0.4
AGG <- Count? MOST MOST_ADJ Who : mostWho 0.4
AGG <- DET? Count? MOST MOST_ADJ Who : mostWho 0.4
AGG <- Count? Who MOST MOST_ADJ : mostWho 0.4
AGG <- WHICH DET? Count? Who AUX? AUX? DET? MOST MOST_ADJ : whichMost 0.6
AGG <- WHICH AUX? DET? MOST MOST_ADJ Who : whichMost 0.6
AGG <- MOST BYTES_NOUN : mostBytes 0.3
AGG <- MOST MOST_ADJ : most
AGG <- MOST : most -0.2
AGG <- LEAST MOST_ADJ? : least 0.1
AGG <- DET? LEAST MOST_ADJ Who : leastWho 0.4
AGG <- DET? Who LEAST MOST_ADJ : leastWho 0.4
AGG <- WHICH AUX? DET? LEAST MOST_ADJ Who : leastWho 0.6
AGG <- WHICH DET? Who AUX? AUX? DET? LEAST MOST_ADJ : leastWho 0.6
AGG <- DET? Count? BUSIEST Who : mostWho 0.4
AGG <- DET? Count? Who BUSIEST : mostWho 0.4
AGG <- WHICH AUX? DET? BUSIEST Who : whichMost 0.6
AGG <- WHICH DET? Who AUX? AUX? DET? BUSIEST : whichMost 0.6
AGG <- ROLE THAT : headRole
AGG <- ROLE OF DET? : headOf 0.1
AGG <- ROLE CONTACT : headRole
AGG <- ROLE THAT? SCAN_VERB : headScan 0.2
AGG <- ROLE THAT? ATTACK_VERB : headAttack 0.2
AGG <- MOST DET? (NOUN|FLOWNOUN) : most 0.1

# Groups with a number
Quant <- MANY : many
Quant <- SEVERAL : several
Quant <- Comp : quantCompare
Quant <- BETWEEN Qty AND Qty : quantRange
Obj <- DIFFERENT? Who : last
Obj <- DIFFERENT? Who Trailing : objFilter 0.2
Trailing <- F : first
Trailing <- OF F : second
Doing <- CONTACT DET? Quant OF? Obj : contact 0.3
Doing <- CONTACT Qty OF? Obj OR_MORE : contactOrMore 0.3
Doing <- CONTACT Trailing ON_TIME? Quant Obj : contact 0.3
Doing <- SCAN_VERB DET? Quant OF? Obj : contactScan 0.3
Doing <- SCAN_VERB Qty OF? Obj OR_MORE : contactScanOrMore 0.3
Doing <- ATTACK_VERB DET? Quant OF? Obj : contactAttack 0.3
Doing <- TO_ADDRESS Quant OF? Obj : contact
Doing <- WITH Quant DIFFERENT? OF? Obj : contactRole
Doing <- CONTACT DET? MOST DIFFERENT? OF? Obj : contactMost 0.3
Doing <- CONTACT DET? LEAST DIFFERENT? OF? Obj : contactLeast 0.3
Doing <- SCAN_VERB DET? MOST DIFFERENT? OF? Obj : contactScanMost 0.3
Done <- CONTACTED_BY DET? MOST DIFFERENT? OF? Obj : contactedMost 0.3
Done <- CONTACTED_BY DET? Quant OF? Obj : contacted 0.3
Done <- CONTACTED_BY Qty OF? Obj OR_MORE : contactedOrMore 0.3
Done <- SCANNED_BY DET? Quant OF? Obj : contactedScan 0.3
Done <- ATTACKED_BY DET? Quant OF? Obj : contactedAttack 0.3
Subject <- Who : first
Subject <- WHICH DET? Who : last
Subject <- WHO : whoAsked
AGG <- Subject THAT? AUX? Doing : subjectDoing 0.6
AGG <- Subject THAT? AUX? Done : subjectDone 0.6
AGG <- Doing : doing -0.3
Things <- NOUN : noFilters
Things <- FLOWNOUN : noFilters
Things <- F (NOUN|FLOWNOUN) : oneFilter 0.2
Things <- F F (NOUN|FLOWNOUN) : twoFilters 0.2
Things <- (NOUN|FLOWNOUN) (OF|ABOUT_ADDRESS)? F : oneFilter 0.2
Things <- F : oneFilter -0.1
Things <- F F : twoFilters
Things <- ATTACK : attackFilter
Things <- FIELD : fieldThings
AGG <- Subject THAT? WITH Quant OF? DIFFERENT? Things : subjectCount 0.5
AGG <- Subject THAT? WITH Qty Things OR_MORE : subjectCountOrMore 0.5
AGG <- Subject F THAT? WITH Quant OF? Things : subjectCount 0.5

AGG <- DET? Count? Subject THAT? WITH? DET? MOST DIFFERENT? Things : ranked 0.5
AGG <- DET? Count? Subject THAT? (WITH|SENT|RECEIVED)? DET? MOST BYTES_NOUN : rankedBytes 0.7
AGG <- DET? Count? Subject THAT? (WITH|SENT|RECEIVED)? DET? MOST BYTES_NOUN Trailing : rankedBytes 1

# Order and limit
ORD <- NEWEST : newest
ORD <- NEWEST ONE : newestOne 0.2
ORD <- NEWEST Count : newestCount 0.2
ORD <- Count NEWEST : newestCount 0.2
ORD <- Count (NOUN|FLOWNOUN) NEWEST : newestThings 0.2
ORD <- LASTN Count : newestCount 0.2
ORD <- LASTN ONE : newestOne 0.2
ORD <- LAST_BARE : newestBare -0.2
ORD <- FIRST_BARE : oldestBare -0.2
ORD <- FIRST_BARE Count : oldestCount 0.2
ORD <- Count FIRST_BARE : oldestCount 0.2
ORD <- FIRST_BARE ONE : oldestOne 0.2
ORD <- OLDEST : oldest
ORD <- OLDEST ONE : oldestOne 0.2
ORD <- OLDEST Count : oldestCount 0.2
ORD <- Count OLDEST : oldestCount 0.2
ORD <- SORTED_TIME : newestOrder 0.2
ORD <- NEWEST_FIRST : newestOrder 0.2
ORD <- FIRST_TIME : oldestOrder 0.2
ORD <- SUP : superlative
ORD <- DET? EXTREME Fd : extreme 0.4
ORD <- Fd EXTREME : extreme 0.4
ORD <- SORTED Fd : sorted 0.3
ORD <- SORTED Fd (ASCENDING|DESCENDING) : sorted 0.5
ORD <- SORTED Fd COMMA (ASCENDING|DESCENDING) : sorted 0.5
TOPN <- TOP Count : topCount
TOPN <- TOP : topTen -0.2
LIM <- NUMBER : limit -0.2
LIM <- WORDNUM : limit -0.3
MEASURE <- (NUMBER|WORDNUM) (UNIT|SIZE|PERCENT) : measure -0.2
MEASURE <- (TIMED|SIZED|PCT|RATE) : measure -0.2
MEASURE <- Comp : measure -0.5
KIND <- INCIDENT : incident
KIND <- CONFIG_CHANGE : change 0.3
`.split("\n");
