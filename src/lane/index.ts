export { systemClock, type Clock } from "./clock";
export { Lane, NO_REQUEST, type Health, type Rank } from "./lane";
