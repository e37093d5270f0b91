export { CgiRouter, type CgiRouterOptions } from "./router";
export { UnreadAnswer } from "./unread-answer";
