export { freePortRange, freePorts } from "@gittix/local/servers/free-ports";
