import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";
import { createQueryClient } from "../api/queryClient.ts";
import { transport } from "../api/transport.ts";
import { createRouter } from "./routes.tsx";

const queryClient = createQueryClient();
const router = createRouter();

/** App is the whole client. */
export function App() {
  return (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </TransportProvider>
  );
}
