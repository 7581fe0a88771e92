import { Component, type ReactNode } from "react";
import { CrashPage } from "./ErrorPages.tsx";

/** CrashGuard keeps a page that breaks from taking the rest along. Only a class can catch that in React. */
export class CrashGuard extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <CrashPage /> : this.props.children;
  }
}
