// The whole screen, and sideways where the device can be told so.

import type { Note } from "./note.ts";

/** Where it is kept that the offer was answered. */
const answered = "metronome.fullscreen";

/** Returns whether the browser lets a page fill the screen. */
export function canFill(): boolean {
  return document.fullscreenEnabled === true;
}

/** Fills the screen, or leaves it again; called from a press. */
export async function fillScreen(): Promise<void> {
  if (document.fullscreenElement) return document.exitFullscreen();
  try {
    await document.documentElement.requestFullscreen({ navigationUI: "hide" });
    // Only some devices turn, and TypeScript's library does not know of it.
    await (screen.orientation as unknown as { lock?: (way: string) => Promise<void> }).lock?.("landscape");
  } catch {
    // Refused: the page stays as it is, which is as good to play in.
  }
}

/** Offers it to who plays with fingers, until it is answered. */
export function offerFullScreen(note: Note): void {
  if (!canFill() || !matchMedia("(pointer: coarse)").matches || wasAnswered()) return;
  const answer = (act: () => void) => () => {
    note.hide();
    keep();
    act();
  };
  note.say("Play on the full screen?", [
    { text: "Full screen", act: answer(() => void fillScreen()) },
    { text: "No", act: answer(() => {}) },
  ]);
}

function wasAnswered(): boolean {
  try {
    return localStorage.getItem(answered) !== null;
  } catch {
    return false;
  }
}

function keep(): void {
  try {
    localStorage.setItem(answered, "answered");
  } catch {
    // Nothing is kept here: it is offered again next time.
  }
}
