/**
 * Numbers, sizes and times as a language writes them.
 *
 * @module
 */

import type { Language } from "../result.ts";
import type { NumberField } from "../query/fields.ts";

/**
 * A number: whole ones with separators of thousands, others with at most three significant decimals.
 *
 * @param value Any number.
 * @param language English writes `12,345.6`, Spanish `12.345,6` and `1234`.
 * @returns The text.
 */
export function shownNumber(value: number, language: Language): string {
  if (!Number.isFinite(value)) return String(value);
  const [whole = "0", part = ""] = plainNumber(Math.abs(value)).split(".");
  const [group, point, least] = language === "es"
    ? [".", ",", 5]
    : [",", ".", 4];
  const grouped = whole.length < least
    ? whole
    : whole.replaceAll(/\B(?=(?:\d{3})+$)/g, group);
  const sign = value < 0 && (whole !== "0" || part !== "") ? "-" : "";
  return sign + grouped + (part === "" ? "" : point + part);
}

function plainNumber(value: number): string {
  const rounded = Math.round(value);
  if (Number.isSafeInteger(value) || value >= 1000) return String(rounded);
  const digits = value >= 100 ? 1 : value >= 10 ? 2 : 3;
  return value.toFixed(digits).replace(/\.?0+$/, "");
}

const SIZES = [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]] as const;

/**
 * A value of a number field with its unit.
 *
 * @param field The field.
 * @param value Its value, in the field's unit.
 * @param language Language of the text.
 * @returns For example `1.2 GB`, `3.5 s`, `0.83`.
 */
export function shownQuantity(
  field: NumberField,
  value: number,
  language: Language,
): string {
  const number = (n: number) => shownNumber(n, language);
  switch (field) {
    case "bytes":
    case "sent_bytes":
    case "received_bytes":
      return size(value, number);
    case "bytes_per_second":
      return `${size(value, number)}/s`;
    case "packets":
      return `${number(value)} ${packetWord(value, language)}`;
    case "packets_per_second":
      return `${number(value)} ${packetWord(value, language)}/s`;
    case "duration":
      return duration(value, number);
    case "src_port":
    case "dst_port":
      return String(value);
    default:
      return number(value);
  }
}

function size(value: number, number: (n: number) => string): string {
  const [scale, unit] = SIZES.find(([limit]) => value >= limit) ?? [1, "bytes"];
  return value === 1 ? "1 byte" : `${number(value / scale)} ${unit}`;
}

function packetWord(value: number, language: Language): string {
  const word = language === "es" ? "paquete" : "packet";
  return value === 1 ? word : `${word}s`;
}

function duration(seconds: number, number: (n: number) => string): string {
  if (seconds >= 7200) return `${number(seconds / 3600)} h`;
  if (seconds >= 120) return `${number(seconds / 60)} min`;
  if (seconds < 1 && seconds > 0) return `${number(seconds * 1000)} ms`;
  return `${number(seconds)} s`;
}
