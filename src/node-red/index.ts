export { AccountNode, type AccountConfig } from "./account-node";
export { GatewayNode, type GatewayConfig } from "./gateway-node";
export { serveSims } from "./sims-endpoint";
export { SmsReceiveNode } from "./sms-receive-node";
export { SmsSendNode } from "./sms-send-node";
export { smsDeleteNode } from "./sms-delete-node";
export { ussdNode } from "./ussd-node";
export { SupersimCommandNode } from "./supersim-command-node";
export { SupersimEventsNode } from "./supersim-events-node";
