export { until } from "@gittix/common/testing/until";
