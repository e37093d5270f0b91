/** How many are kept at most; the oldest go first. */
const MOST = 1000;

/** News that nobody waits for yet, by the name of what they are about. */
export class RecentNews<News> {
  readonly #news = new Map<string, News>();

  keep(name: string, news: News): void {
    this.#news.set(name, news);
    const [oldest] = this.#news.keys();
    if (this.#news.size > MOST && oldest !== undefined) this.#news.delete(oldest);
  }

  /** What was kept under that name, which is forgotten with it. */
  take(name: string): News | undefined {
    const news = this.#news.get(name);
    this.#news.delete(name);
    return news;
  }
}
