// The whole screen, and sideways where the device can be told so.

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
