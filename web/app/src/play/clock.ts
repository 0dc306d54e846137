/** Returns ticks as "1:05". */
export function clock(ticks: number, hz: number): string {
  const s = Math.max(0, Math.ceil(ticks / hz));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
