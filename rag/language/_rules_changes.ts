/**
 * How a question about changes of configuration is put together. A `CHG` shows that it is one; what has the meaning of a
 * filter (`F`) has it only in such a question.
 */
export const CHANGE_RULES: readonly string[] = `
ChVerb <- CH_VERB : first
ChVerb <- CONFIG_CHANGE : first
ChNoun <- DET? CH_NOUN : last
ChNoun <- DET? CONFIG_CHANGE : last

# Names
Author <- (WORD|LITERAL|QUOTED|ADDRESS|NETWORK|DOMAIN|ID) : author
Author <- WORD (WORD|NUMBER) : tiedAuthor 0.5
Author <- WORD WORD (WORD|NUMBER) : tiedAuthor 0.5
Author <- DET? CH_AUTHOR Author : last
AuthorList <- Author : list
AuthorList <- Author Sep AuthorList : list
FullName <- Author Author : fullName
Changers <- AuthorList : first
Changers <- FullName : names
Changers <- WORD : dayName 0.5
Setting <- (LITERAL|DOMAIN|QUOTED) : setting
Setting <- SECTION : setting
Setting <- SETTING_WORDS : first
Setting <- DET? CH_SETTING Setting : last
Setting <- DET? Setting CH_SETTING : settingFirst
SettingList <- Setting : list
SettingList <- Setting Sep DET? SettingList : list
Place <- DET? SettingList : place 1.5
Place <- DET? WORD CH_SETTING : strangePlace -0.2
Place <- DET? WORD WORD CH_SETTING : strangePlace
Place <- DET? CH_SETTING OF? DET? WORD : strangePlace 1.5
Place <- DET? CH_SETTING : anyPlace
SetVerb <- ChVerb : undirected
SetVerb <- CH_SET : undirected
SetVerb <- CH_DIRECTED : directed
Value <- (NUMBER|PCT|SIZED|TIMED|QUOTED|CH_VALUE) : first
Rev <- (NUMBER|LITERAL|QUOTED|ID) : revision
RevList <- Rev : list
RevList <- Rev Sep RevList : list
Fills <- (THAT|AUX) : first
Fills <- (THAT|AUX) (THAT|AUX) : first
ChPrep <- (TO_ADDRESS|ABOUT_ADDRESS|ON_TIME|OF) : first

# What shows that a question is about changes
CHG <- CH_WHAT (CH_SETTING|ChNoun)? CH_DID Changers (ChVerb|CH_MAKE) : changedBy 2
CHG <- ChNoun CH_DID Changers CH_MAKE : changedBy 2
CHG <- CH_DID Changers ChVerb : didChange 2
CHG <- CH_WHAT (CH_SETTING|ChNoun)? Author ChVerb : englishChangedBy 2
CHG <- CH_WHAT (CH_SETTING|ChNoun)? CH_DID? ChVerb Author : spanishChangedBy 2
CHG <- ChNoun THAT? CH_MAKE Author : spanishChangedBy 2
CHG <- Author ChNoun : ownChanges 2
CHG <- ChNoun CH_OF Author : changesOf 1.5
CHG <- ChNoun CH_BY AuthorList : changesBy 1.5
CHG <- ChNoun CH_MAKE CH_BY AuthorList : changesMadeBy 1.5
CHG <- CH_WHAT (CH_SETTING|ChNoun)? CH_DID? CH_I ChVerb : askerChanged 2
CHG <- CH_WHAT? ChNoun CH_DID? CH_I CH_MAKE : askerChanged 2
CHG <- CH_DID CH_I ChVerb : askerChanged 2
CHG <- CH_WHAT (CH_SETTING|ChNoun)? CH_I_CHANGED : askerChanged 2
CHG <- CH_I_CHANGED CH_ANY : askerChanged 2
CHG <- CH_MY (CH_NOUN|CONFIG_CHANGE) : askersChanges 2
CHG <- WHO CH_DID? SetVerb Place : whoChanged 2
CHG <- WHO CH_DID? OUTCOME (CH_CONFIG|ChNoun) : whoDecided 2
CHG <- WHO CH_DID? OUTCOME DET? REVISION RevList : whoDecided 3
CHG <- WHO CH_DID? CONFIG_CHANGE : whoMade 1
CHG <- WHO CH_DID? CH_MAKE ChNoun : whoMade 1
CHG <- SetVerb CH_ANY? Place : changedSetting 1
CHG <- CH_DID Changers SetVerb Place : didSet 2.5
CHG <- (CH_DID|CH_WAS) Place CH_WAS? SetVerb : didPlace 2.5
CHG <- Place (CH_DID|CH_WAS)? CH_WAS? SetVerb : changedSetting 1
CHG <- CH_AUTHOR CH_DID? SetVerb Place : changesTo 1.5
CHG <- ChNoun ChPrep Place : changesTo 1.5
CHG <- CH_WHAT CH_DID? Fills? ChVerb ChPrep Place : changesTo 1.5
CHG <- CH_WHAT CH_SETTING (CH_DID|CH_WAS)? CH_WAS? ChVerb : changesOnly 1.5
CHG <- ChPrep? DET? Setting : knownSetting 0.5
CHG <- OUTCOME ChNoun : changesThatWere 1.5
CHG <- ChNoun Fills? OUTCOME : changesThatWere 1.5
CHG <- ChNoun Fills? NOT Fills? OUTCOME : changesThatWereNot 2.5
CHG <- DET? REVISION RevList : revisions 1
CHG <- OUTCOME REVISION : changesThatWere 1.5
CHG <- (WHICH|HOW_MANY)? DET? REVISION Fills? OUTCOME : revisionsThatWere 1.5
CHG <- (WHICH|HOW_MANY)? DET? REVISION Fills? NOT Fills? OUTCOME : revisionsThatWereNot 2.5
CHG <- HOW_MANY DET? CH_AUTHOR CH_DID? SetVerb Place : countedChangers 3
CHG <- CH_AUTHOR OF ChNoun : changesOnly 1
TOPIC <- OpenPrep DET? REVISION Rev : openRevision 2
TOPIC <- OpenPrep DET? REVISION Rev (AND|TO_TIME) DET? REVISION? Rev : openRevision 3
OpenPrep <- (SINCE|AFTER|BEFORE|UNTIL|BETWEEN|FROM_TIME) : first

# Changes of anything: of the configuration where nothing else is said but when
CHB <- CH_WHAT CH_DID? Fills? ChVerb : bareChange 1
CHB <- CH_DID (CH_WHAT|CH_ANY) ChVerb : bareChange 1
CHB <- ChVerb CH_ANY : bareChange 1
CHB <- ChNoun : bareChange
CHB <- ChPrep? DET? Setting : bareSetting 0.5

# What is said of changes in a question that is about them
CQ <- CH_BY CH_ME : byAsker 1.5
CQ <- CH_TO Value : value 0.5
CQ <- CH_FROM Value CH_TO Value : value 1
CQ <- Value : bareValue 0.5
CQ <- CH_DIRECTED : strayDirection
F <- CH_BY DET? AuthorList : byAuthor 1.5
F <- CH_BY WORD : byAnyName 1.2
F <- ChPrep? DET? SettingList : ofSetting 1
F <- OUTCOME : withOutcome 0.3
F <- ChPrep? DET? REVISION RevList : ofRevision 1.2
ChKey <- CH_AUTHOR : actorKey
ChKey <- CH_OUTCOME : outcomeKey
ChKey <- REVISION : revisionKey
Key <- ChKey : changeKey
AGG <- WHICH? DET? CH_AUTHOR : askedAuthors 0.4
AGG <- HOW_MANY DET? CH_AUTHOR : countedAuthors 0.6
AGG <- WHICH DET? REVISION : askedRevisions 0.4
AGG <- HOW_MANY DET? REVISION : countedRevisions 0.6
CN <- (CH_VERB|CH_SET|CH_WAS|CH_NOUN|CH_MAKE|CH_SETTING|CH_AUTHOR|CH_CONFIG|CH_ANY|CH_DID|REVISION) : ofChanges -0.5
`.split("\n");
