/** Numbers as people read them: rounded, with their units, with the language's decimal sign. */
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { offsetMs } from "../query/zone.ts";
import type { Language } from "../result.ts";

const UNITS: ReadonlyMap<string, string> = new Map(
  [...FLOW_FEATURES, ...HOST_FEATURES].map(({ name, unit }) => [name, unit]),
);
/** The last time that the calendar knows, with room for an offset. */
const LAST_MS = 8.64e15 - 86_400_000;
const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"];

function point(text: string, language: Language): string {
  return language === "es" ? text.replace(".", ",") : text;
}

/** A number with at most three digits that matter; whole ones as they are, in groups of three from 10,000 on. */
export function numberText(value: number, language: Language): string {
  const size = Math.abs(value);
  if (size >= 1e15 || size > 0 && size < 1e-4) {
    return point(value.toExponential(1), language);
  }
  if (size < 100 && !Number.isInteger(value)) {
    return point(String(Number(value.toPrecision(size < 1 ? 2 : 3))), language);
  }
  const whole = String(Math.round(value));
  if (size < 10_000) return whole;
  return whole.replace(/\B(?=(?:\d{3})+$)/g, language === "es" ? " " : ",");
}

/** A score: two digits behind the point. */
export function scoreText(value: number, language: Language): string {
  return point(value.toFixed(2), language);
}

/** An amount of bytes, in powers of 1000. */
export function bytesText(value: number, language: Language): string {
  let step = 0;
  let amount = value;
  while (amount >= 999.5 && step < SIZES.length - 1) {
    amount /= 1000;
    step++;
  }
  const text = step > 0 && amount < 9.95
    ? amount.toFixed(1)
    : String(Math.round(amount));
  return `${point(text, language)} ${SIZES[step]}`;
}

/** A duration in seconds, in a unit that fits. */
export function secondsText(value: number, language: Language): string {
  const [amount, unit] = value < 0.001
    ? [value * 1e6, "µs"]
    : value < 1
    ? [value * 1e3, "ms"]
    : value < 120
    ? [value, "s"]
    : value < 7200
    ? [value / 60, "min"]
    : [value / 3600, "h"];
  const text = amount < 9.95 && unit !== "µs" && unit !== "ms"
    ? String(Number(amount.toFixed(1)))
    : String(Math.round(amount));
  return `${point(text, language)} ${unit}`;
}

function percent(value: number, language: Language): string {
  const hundred = value * 100;
  const text = Number(hundred.toPrecision(hundred < 1 ? 1 : 3));
  const whole = point(String(text < 10 ? text : Math.round(text)), language);
  return language === "es" ? `${whole} %` : `${whole}%`;
}

/** Value of a feature in its unit; `share` where its text calls it one. */
export function featureValue(
  feature: string,
  value: number,
  { language, share }: { language: Language; share: boolean },
): string {
  switch (UNITS.get(feature)) {
    case "bytes":
      return bytesText(value, language);
    case "bytes/s":
      return `${bytesText(value, language)}/s`;
    case "s":
      return secondsText(value, language);
    case "0/1":
      return value > 0
        ? language === "es" ? "sí" : "yes"
        : language === "es"
        ? "no"
        : "no";
    case "ratio":
      return share && value >= 0 && value <= 1
        ? percent(value, language)
        : numberText(value, language);
    default:
      return numberText(value, language);
  }
}

/** Whether a feature is only true or false: then its threshold says nothing. */
export function isFlag(feature: string): boolean {
  return UNITS.get(feature) === "0/1";
}

/** A time in RFC 3339 without fractions of a second, with the offset of a zone. */
export function timeText(timestampUs: number, zone: string): string {
  const ms = Math.min(Math.max(0, Math.floor(timestampUs / 1000)), LAST_MS);
  const offset = Math.round(offsetMs(zone, ms) / 60_000);
  const text = new Date(ms + offset * 60_000).toISOString();
  const wall = text.slice(0, text.lastIndexOf("."));
  if (zone === "UTC") return `${wall}Z`;
  const pad = (n: number) => String(n).padStart(2, "0");
  const size = Math.abs(offset);
  return `${wall}${offset < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${
    pad(size % 60)
  }`;
}
