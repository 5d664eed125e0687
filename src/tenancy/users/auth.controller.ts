import { Body, Controller, Post } from '@nestjs/common';
import { CurrentRequest, type Request } from '../access/request.js';
import { Route, Tag, tag } from '../access/route.js';
import { LoginAnswerDto, LoginDto, LogoutAnswerDto, LogoutDto } from './auth.dto.js';
import { AuthService } from './auth.service.js';

export const AUTH = tag('Auth', 'Log users in and out, and make keys that act as one user.');

@Tag(AUTH)
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @Route({
    summary: 'Log a user in',
    description:
      "Called by the client's back end, which knows who the user is. Makes the user when it is new, and a fresh key; the user's earlier login keys end, now or after `overlap_s`.",
    access: 'master',
    status: 201,
    answer: LoginAnswerDto,
    idempotent: true,
  })
  login(@CurrentRequest() request: Request, @Body() dto: LoginDto): Promise<LoginAnswerDto> {
    return this.auth.login(request, dto);
  }

  @Post('logout')
  @Route({
    summary: 'Log a user out',
    description: 'Login keys stop working and their sockets close within a second on every node.',
    access: 'key',
    answer: LogoutAnswerDto,
    errors: ['user_mismatch'],
    idempotent: true,
  })
  logout(@CurrentRequest() request: Request, @Body() dto: LogoutDto): Promise<LogoutAnswerDto> {
    return this.auth.logout(request, dto);
  }
}
