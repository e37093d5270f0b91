import "./phone.js";
import "./fleet.js";
import { listen } from "./server.js";

listen();
