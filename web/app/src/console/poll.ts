// Asks for something again and again while somebody looks at it.

/** How often, ms: what is listed changes with what people do. */
export const pollEvery = 5000;

export class Poll<Answer> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private on = false;

  constructor(
    private readonly ask: () => Promise<Answer>,
    private readonly show: (answer: Answer) => void,
    /** Is told why there is no answer, and "" when there is one again. */
    private readonly trouble: (sentence: string) => void,
  ) {}

  /** Begins to ask, or stops. */
  look(on: boolean): void {
    this.on = on;
    if (on) void this.now();
    else this.stop();
  }

  /** Asks at once, if anybody looks. An answer that is asked for later replaces one that is on its way. */
  async now(): Promise<void> {
    if (!this.on) return;
    this.stop();
    const turn = this.turn;
    try {
      const answer = await this.ask();
      if (turn !== this.turn) return;
      this.trouble("");
      this.show(answer);
    } catch (fault) {
      if (turn !== this.turn) return;
      this.trouble(fault instanceof Error ? fault.message : String(fault));
    }
    this.timer = setTimeout(() => void this.now(), pollEvery);
  }

  private stop(): void {
    this.turn++;
    clearTimeout(this.timer);
  }
}
