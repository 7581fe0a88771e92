import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { BrowserRouter } from "react-router";
import { createQueryClient } from "../api/queryClient.ts";
import { transport } from "../api/transport.ts";
import { AppRoutes } from "./routes.tsx";

const queryClient = createQueryClient();

/** App is the whole client. */
export function App() {
  return (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queryClient}>
        {/* The address is the state of inputs too: what is ticked or chosen has to show at once. */}
        <BrowserRouter useTransitions={false}>
          <AppRoutes />
        </BrowserRouter>
      </QueryClientProvider>
    </TransportProvider>
  );
}
