// Asks again and again, never twice at once, and rests while nobody looks.

export class Poll {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private again = false;

  /** ask must not fail; every is the pause between an answer and the next question, ms. */
  constructor(
    private readonly ask: () => Promise<void>,
    private readonly every: number,
    private readonly page: Pick<Document, "hidden" | "addEventListener"> = document,
  ) {
    page.addEventListener("visibilitychange", () => (page.hidden ? this.rest() : void this.now()));
  }

  /** Asks at once; while a question is out, again right after its answer. */
  async now(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.rest();
    this.asking = true;
    await this.ask();
    this.asking = false;
    if (this.again) {
      this.again = false;
      await this.now();
    } else if (!this.page.hidden) {
      this.timer = setTimeout(() => void this.now(), this.every);
    }
  }

  private rest(): void {
    clearTimeout(this.timer);
  }
}
