/** Country codes that names end in. */
const COUNTRIES = new Set((
  "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf " +
  "cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg " +
  "gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn " +
  "kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na " +
  "nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh " +
  "si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve " +
  "vg vi vn vu wf ws ye yt za zm zw"
).split(" "));

/** Other endings of names: generic ones, and those of names that are known in one network alone. */
const GENERIC = new Set((
  "com org net edu gov mil int arpa info biz name pro aero asia cat coop jobs mobi museum post tel travel xxx " +
  "example invalid test localhost local localdomain internal intranet lan corp home private onion bit i2p " +
  "academy agency app art audio auction bank bar beer best bid black blog blue boutique broker build business buzz cab " +
  "cafe cam camp capital care cash casino center chat church city click cloud club coach codes coffee community company " +
  "computer consulting cool country credit cricket cyou date deals delivery design dev digital direct directory download " +
  "earth education email energy engineer estate events exchange expert express fail family fans farm finance fit flights " +
  "foundation fun fund fyi gallery game games gdn gift global gold group guide guru hair health help host hosting house " +
  "icu ink institute international investments kim kitchen land lat law legal life link live loan lol love ltd " +
  "madrid market marketing media men mom money monster mov movie network news ninja one online page partners party pay " +
  "photo photos pics pink place plus press properties pub quest racing radio realty red rent repair report rest review " +
  "reviews rip rocks run sale sbs school science services sex shop show site ski social software solar solutions space " +
  "store stream studio style support surf systems tax team tech technology tips today tokyo tools top town toys trade " +
  "trading training tube university uno vacations vip vision wang watch webcam website wiki win wine work works world " +
  "wtf xin xyz yoga zip zone"
).split(" "));

/** Endings of names that files end in as well. */
const FILES = new Set([
  ...["app", "bz", "cab", "download", "email", "md", "mov", "pl", "properties"],
  ...["ps", "pub", "py", "rs", "sh", "so", "zip"],
]);

/** Words after which a name with such an ending is one of the network. */
const NAMING = new Set([
  ...["domain", "domains", "dominio", "dominios", "site", "sites", "website"],
  ...["sitio", "sitios", "web", "host", "hostname", "under", "bajo", "sni"],
  ...["server", "servidor", "name", "nombre", "subdomain", "subdominio"],
]);

/**
 * Whether a word with points in it is a name of the network, and none of a file or of a member of something.
 *
 * @param text Labels with points between them.
 * @param before The word before it, in lower case and without accents.
 */
export function isDomainName(text: string, before = ""): boolean {
  const labels = text.toLowerCase().split(".");
  const ending = labels.at(-1) ?? "";
  if (ending.startsWith("xn--")) return true;
  if (!COUNTRIES.has(ending) && !GENERIC.has(ending)) return false;
  return !FILES.has(ending) || labels.length > 2 || NAMING.has(before);
}
