export { EventBook, type EventBookOptions } from "./event-book";
export type { DueEvent, PollProgress, Question } from "./event-index";
export type { Circumstances, News } from "./event-steps";
export { directionOf, isWanted, stateIdentity, tokenIdentity, type WantedDirection } from "./identity";
export { EventDesk, type EventReporter } from "./event-desk";
export { FetchCheck } from "./fetch-check";
export { PAGE_SIZE, PollSource } from "./poll-source";
