/** How times are put together. */
export const TIME_RULES: readonly string[] = `
Count <- NUMBER : first
Count <- WORDNUM : wordNumber
Count <- AN : wordNumber -0.3
Count <- NUMBER SCALE : scaled
Count <- WORDNUM SCALE : scaled
Count <- SEVERAL : few -0.3
DayNum <- NUMBER : first
DayNum <- ORDINAL : first
DayNum <- WORDNUM : wordNumber

# Days
Day <- TODAY : today
Day <- YESTERDAY : yesterday
Day <- BEFORE_YESTERDAY : beforeYesterday
Day <- WEEKDAY : weekdayOrToday
Day <- LAST WEEKDAY : lastWeekday
Day <- ROLLING WEEKDAY : lastWeekday
Day <- WEEKDAY LAST : lastWeekday
Day <- THIS WEEKDAY : weekdayOrToday
Day <- PAST WEEKDAY : lastWeekday
Day <- DATE : digitDate
Day <- WEEKDAY COMMA? Dated : dayDated
Day <- Dated : dayDated
Dated <- MONTH DET? DayNum : monthDay
Dated <- MONTH DET? DayNum COMMA? OF? NUMBER : monthDayYear 0.2
Dated <- DayNum OF? MONTH : monthDay
Dated <- DayNum OF? MONTH COMMA? OF? NUMBER : monthDayYear 0.2
Dated <- UNIT DayNum OF MONTH : monthDay
Day <- ORDINAL : ordinalDay -0.2
Day <- UNIT DayNum : numberedDay -0.1
Day <- UNIT OF YESTERDAY : dayOfYesterday
Day <- Count UNIT AGO : agoDay
Day <- HACE Count UNIT : agoDay
Day <- TIMED AGO : agoTimedDay
Day <- HACE TIMED : agoTimedDay

# Periods
Period <- THIS UNIT : thisUnit
Period <- LAST UNIT : lastUnit
Period <- UNIT LAST : lastUnit
Period <- ROLLING UNIT : rollingUnit
Period <- UNIT ROLLING : rollingUnit
Period <- PAST Count UNIT : pastUnits 0.3
Period <- Count PAST UNIT : pastUnits 0.2
Period <- Count UNIT PAST : pastUnits 0.2
Period <- PAST TIMED : pastTimed 0.3
Period <- Count UNIT AGO : agoPeriod
Period <- HACE Count UNIT : agoPeriod
Period <- TIMED AGO : agoTimed
Period <- HACE TIMED : agoTimed
Period <- MONTH : month
Period <- MONTH OF? NUMBER : monthYear 0.1
Period <- UNIT OF MONTH : month
Period <- UNIT OF MONTH OF? NUMBER : monthYear 0.1
Period <- MONTH LAST : month
Period <- LAST MONTH : month
Period <- UNIT NUMBER : namedYear
Period <- LAST WEEKEND : lastWeekend
Period <- WEEKEND LAST : lastWeekend
Period <- PAST WEEKEND : lastWeekend
Period <- ROLLING WEEKEND : lastWeekend
Period <- WEEKEND ROLLING : lastWeekend
Period <- THIS WEEKEND : thisWeekend
Period <- LAST_NIGHT : lastNight
Period <- TONIGHT : tonight
Period <- THIS PARTOFDAY : thisPart
Period <- Day MORNING_OF? PARTOFDAY : dayPart 0.3
Period <- Day AT_NIGHT : dayNight 0.3
Period <- MORNING_OF? PARTOFDAY OF Day : dayPart 0.3
Period <- PARTOFDAY ON_TIME? Day : dayPart 0.3
Period <- Day Hours : dayHours 0.3
Period <- Hours ON_TIME? Day : dayHours 0.3
Period <- Day AROUND LooseClock : dayAround 0.4
Period <- AROUND LooseClock ON_TIME? Day : dayAround 0.4

# Instants
Moment <- Day AT? LooseAt : dayAt 0.3
Moment <- AT LooseAt ON_TIME? Day : dayAt 0.3
Moment <- CLOCK ON_TIME? Day : dayAt 0.3
Moment <- INSTANT : instant
LooseAt <- Clock : first

# Clock times
Clock <- CLOCK : first
Clock <- MIDNIGHT : midnight
Clock <- NOON : noon
Clock <- NUMBER HALF : halfClock 0.2
Clock <- CLOCK HALF : halfClock 0.2
Clock <- NUMBER OCLOCK : numberClock
Clock <- THE_HOURS CLOCK : second
Clock <- THE_HOURS NUMBER : numberClock
Clock <- THE_HOURS WORDNUM : numberClock
Clock <- THE_HOURS NUMBER HALF : halfClock 0.2
Clock <- THE_HOURS WORDNUM HALF : halfClock 0.2
Clock <- THE_HOURS CLOCK HALF : halfClock 0.2
Clock <- THE_HOURS TIMED : timedClock
LooseClock <- Clock : first
LooseClock <- NUMBER : numberClock -0.2
LooseClock <- TIMED : timedClock -0.2

# Times of day
Hours <- BETWEEN LooseClock AND Clock : clockRange
Hours <- BETWEEN Clock AND LooseClock : clockRange
Hours <- FROM_TIME LooseClock TO_TIME Clock : clockRange
Hours <- FROM_TIME Clock TO_TIME LooseClock : clockRange
Hours <- Clock TO_TIME Clock : clockRange
Hours <- BETWEEN THE_HOURS? LooseClock AND THE_HOURS? LooseClock THE_HOURS : clockRange
Often <- Hours : hoursFilter
Often <- AT LooseAt : atFilter
Often <- PlainClock : atFilter -0.2
PlainClock <- CLOCK : first
PlainClock <- MIDNIGHT : midnight
PlainClock <- NOON : noon
PlainClock <- NUMBER HALF : halfClock 0.2
PlainClock <- CLOCK HALF : halfClock 0.2
Often <- AROUND Clock : aroundFilter
Often <- AFTER Clock : afterClock 0.1
Often <- BEFORE Clock : beforeClock 0.1
Often <- MORNING_OF PARTOFDAY : partFilter
Often <- AT_NIGHT : nightFilter 0.2
Often <- EVERY PARTOFDAY : partFilter
Often <- PARTOFDAY : partFilter -0.3
Often <- BUSINESS_HOURS : business
Often <- DURING DET? BUSINESS_HOURS : business
Often <- OUTSIDE_OF DET? BUSINESS_HOURS : offHours 0.3
Often <- NOT DURING? DET? BUSINESS_HOURS : offHours 0.3
Often <- OFF_HOURS : offHours

# Weekdays
Weekdays <- WEEKDAYS : weekdays
Weekdays <- EVERY WEEKDAY : everyWeekday 0.5
Weekdays <- EVERY WEEKDAYS : everyWeekday 0.5
Weekdays <- WEEKDAYS Sep Weekdays : moreWeekdays 0.3
Weekdays <- WEEKDAY Sep Weekdays : moreWeekdays 0.3
Weekdays <- EVERY WEEKDAY Sep EVERY? WEEKDAY : moreWeekdays 0.6
Weekdays <- EVERY WEEKDAY Sep EVERY? WEEKDAY Sep EVERY? WEEKDAY : moreWeekdays 0.6
Often <- WEEKDAY PARTOFDAY : weekdayParts 0.6
Weekdays <- WORKDAYS : workdays 0.2
Weekdays <- WEEKENDS : weekends 0.2
Weekdays <- WEEKEND : weekends -0.2
Weekdays <- EVERY WEEKEND : weekends 0.3
Weekdays <- FROM_TIME WEEKDAY TO_TIME WEEKDAY : weekdayRange -0.2
Weekdays <- WEEKDAY WEEKDAY : tiedWeekdays 0.4
Weekdays <- WEEKDAY TO_TIME WEEKDAY : weekdayRange -0.2
Repeated <- ON_TIME? Weekdays : last
Repeated <- ON_TIME? Often : last
Repeated <- Often : first
Repeated <- ON_TIME? Weekdays ON_TIME? Hours : weekdaysHours 0.4
# Spans
Point <- Day : first
Point <- Period : first
Point <- Moment : first
Point <- ON_TIME Day : second
Point <- ON_TIME Period : second
Point <- ON_TIME Moment : second
Year <- NUMBER : yearPeriod -0.2
Point <- ON_TIME Year : last
Spans <- SINCE Year : since 0.3
Spans <- AFTER Year : after 0.3
Spans <- BEFORE Year : before 0.3
Spans <- UNTIL Year : until 0.3
Spans <- Point : spans
Spans <- Point Sep Spans : moreSpans 0.2
Spans <- SINCE Point : since 0.3
Spans <- (OLDER|CMP) Count UNIT AGO? : olderThan 0.4
Spans <- YOUNGER Count UNIT : youngerThan 0.4
Spans <- OLDER TIMED : olderThan 0.4
Spans <- YOUNGER TIMED : youngerThan 0.4
Spans <- BETWEEN Count AND Count UNIT AGO : agoRange 0.6
Spans <- (FROM_TIME|SINCE) Point ONWARDS : since 0.5
Spans <- Point ONWARDS : since
Spans <- SINCE Clock : sinceClock 0.2
Spans <- AFTER Point : after 0.3
Spans <- BEFORE Point : before 0.3
Spans <- UNTIL Point : until 0.3
Spans <- FROM_TIME Point TO_TIME Point : fromTo 0.5
Spans <- FROM_TIME Point TO_TIME NOW : fromNow 0.5
Spans <- SINCE Point TO_TIME NOW : fromNow 0.5
Spans <- BETWEEN Point AND Point : fromTo 0.5
Spans <- Point TO_TIME Point : fromTo
Spans <- SINCE Point AND? UNTIL Point : fromTo 0.5
Spans <- AFTER Point AND? BEFORE Point : afterBefore 0.5
Spans <- FROM_TIME ON_TIME? DayNum TO_TIME ON_TIME? Dated : dayRange 0.5
Spans <- BETWEEN ON_TIME? DayNum AND ON_TIME? Dated : dayRange 0.5
Spans <- FROM_TIME MONTH DayNum TO_TIME DayNum : monthDays 0.4
Spans <- BETWEEN MONTH DayNum AND DayNum : monthDays 0.4
F <- Spans : timeFilter
F <- Repeated : first
`.split("\n");
