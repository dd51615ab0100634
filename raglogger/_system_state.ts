/** The logger's view of the machine, for `system_state`. */
import process from "node:process";
import type { LogRecord } from "./record.ts";

const SAMPLE_MS = 1000;
const SLOTS = 60;

/** Samples the process at most once a second and counts events by second. */
export class SystemState {
  #opened = performance.now();
  #sampled = -Infinity;
  #cpuMs = 0;
  #total = 0;
  #slots = new Float64Array(SLOTS);
  #second = 0;
  #state: LogRecord["system_state"] = {
    events_processed_total: 0,
    events_in_last_minute: 0,
    memory_usage_mb: null,
    cpu_usage_percent: null,
    uptime_seconds: 0,
  };

  /** Counts one event offered to the logger. */
  count(): void {
    this.#total++;
    this.#advance(performance.now());
    this.#slots[this.#second % SLOTS]! += 1;
  }

  #advance(now: number): void {
    const second = Math.floor((now - this.#opened) / 1000);
    const from = Math.max(this.#second + 1, second - SLOTS + 1);
    for (let s = from; s <= second; s++) this.#slots[s % SLOTS] = 0;
    this.#second = Math.max(this.#second, second);
  }

  /** The state now. */
  get(): LogRecord["system_state"] {
    const now = performance.now();
    if (now - this.#sampled >= SAMPLE_MS) this.#sample(now);
    const state = this.#state;
    return {
      events_processed_total: this.#total,
      events_in_last_minute: state.events_in_last_minute,
      memory_usage_mb: state.memory_usage_mb,
      cpu_usage_percent: state.cpu_usage_percent,
      uptime_seconds: state.uptime_seconds,
    };
  }

  #sample(now: number): void {
    this.#advance(now);
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1000;
    const elapsed = now - Math.max(this.#sampled, this.#opened);
    const first = this.#sampled === -Infinity;
    const percent = 100 * (cpuMs - this.#cpuMs) / elapsed;
    this.#cpuMs = cpuMs;
    this.#sampled = now;
    this.#state = {
      events_processed_total: this.#total,
      events_in_last_minute: this.#slots.reduce((a, b) => a + b, 0),
      memory_usage_mb: Math.round(Deno.memoryUsage().rss / 104857.6) / 10,
      cpu_usage_percent: first ? null : Math.round(percent * 10) / 10,
      uptime_seconds: Math.round(now - this.#opened) / 1000,
    };
  }
}
