// Asks again and again, never twice at once, and rests while nobody looks.

export class Poll {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private again = false;

  /** ask must not fail, and answers how long the server is to be left alone, ms; every is the least pause between an answer and the next question, ms. */
  constructor(
    private readonly ask: () => Promise<number>,
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
    const alone = await this.ask();
    this.asking = false;
    if (this.again && alone === 0) {
      this.again = false;
      await this.now();
    } else if (!this.page.hidden) {
      this.again = false;
      this.timer = setTimeout(() => void this.now(), Math.max(this.every, alone));
    }
  }

  private rest(): void {
    clearTimeout(this.timer);
  }
}
